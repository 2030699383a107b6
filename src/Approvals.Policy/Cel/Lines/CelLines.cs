using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Approvals.Policy.Cel.Lines;

/// <summary>
/// Evaluates expressions line by line: in <c>{"id","expr","bindings","container","disableCheck"}</c>, out <c>{"id","value"}</c> or
/// <c>{"id","error"}</c>, with values as typed JSON: one key, which is the CEL type (<c>{"int": "1"}</c>, <c>{"map": [[key, value], …]}</c>).
/// </summary>
public static class CelLines
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 512 };

    /// <summary>
    /// Goes through all lines; blank ones are skipped, a line that is no request gives an error line. Output is flushed line by line, so that
    /// a program at the other end of a pipe can take turns.
    /// </summary>
    /// <param name="input">Requests, one JSON object a line.</param>
    /// <param name="output">Answers in the same order.</param>
    /// <param name="cancellationToken">Ends the loop between lines.</param>
    public static async Task RunAsync(TextReader input, TextWriter output, CancellationToken cancellationToken = default)
    {
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            await output.WriteLineAsync(Answer(line).AsMemory(), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
    }

    /// <summary>The answer to one line; never throws on what the line holds.</summary>
    public static string Answer(string line)
    {
        string? id = null;
        try
        {
            using var document = JsonDocument.Parse(line, DocumentOptions);
            var request = document.RootElement;
            id = request.TryGetProperty("id", out var name) ? name.GetRawText() : null;
            var value = Evaluate(request);
            return Line(id, "value", writer => TypedJson.Write(writer, value));
        }
        catch (CelCompileException e)
        {
            return Error(id, e.Code, e.Message);
        }
        catch (CelEvaluationException e)
        {
            return Error(id, e.Code, e.Message);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return Error(id, "invalid_request", "a line is a JSON object with id, expr and bindings: " + e.Message);
        }
    }

    private static CelValue Evaluate(JsonElement request)
    {
        var source = request.TryGetProperty("expr", out var expr) ? expr.GetString() : null;
        if (source is null)
        {
            throw new FormatException("expr is missing");
        }

        // Every binding is dyn: a request says what values are, not what they may be.
        var bindings = request.TryGetProperty("bindings", out var given) && given.ValueKind != JsonValueKind.Null
            ? given.EnumerateObject().Select(property => (property.Name, Value: TypedJson.Read(property.Value))).ToArray()
            : [];
        var variables = new Dictionary<string, CelType>(StringComparer.Ordinal);
        foreach (var (name, _) in bindings)
        {
            variables[name] = CelType.Dyn;
        }

        var container = request.TryGetProperty("container", out var space) ? space.GetString() ?? "" : "";
        var disableCheck = request.TryGetProperty("disableCheck", out var flag) && flag.GetBoolean();
        var environment = new CelEnvironment(variables, container);
        var activation = new CelActivation(environment);
        foreach (var (name, value) in bindings)
        {
            activation[name] = value;
        }

        return environment.Compile(source, !disableCheck).Evaluate(activation);
    }

    private static string Error(string? id, string code, string message) =>
        Line(id, "error", writer => writer.WriteStringValue($"{code}: {message}"));

    private static string Line(string? id, string property, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("id");
            writer.WriteRawValue(id ?? "null");
            writer.WritePropertyName(property);
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
