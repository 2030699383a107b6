using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Redaction;

namespace Approvals.Cli.Redact;

/// <summary>JSON lines <c>{"id","text"}</c> in, the same with the text redacted out, in order.</summary>
internal static class TextLines
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task RunAsync(Redactor redactor, Stream input, Stream output, bool withFindings, Action<long, IReadOnlyList<Finding>> note, CancellationToken cancellation)
    {
        using var reader = new StreamReader(input, new UTF8Encoding(false, true));
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        var number = 0;
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            JsonObject? row;
            try
            {
                row = JsonNode.Parse(line) as JsonObject;
            }
            catch (JsonException)
            {
                row = null;
            }
            if (row is null || row["text"] is not JsonValue value || !value.TryGetValue<string>(out var text))
            {
                throw new RedactionException("invalid_json", $"Line {number} is not an object with a string \"text\".");
            }
            var redacted = redactor.RedactText(text);
            note(number, redacted.Findings);
            var answer = new JsonObject { ["id"] = row["id"]?.DeepClone(), ["text"] = redacted.Text };
            if (withFindings)
            {
                answer["findings"] = new JsonArray([.. redacted.Findings.Select(f => (JsonNode)new JsonObject
                {
                    ["type"] = f.Type,
                    ["rule"] = f.Rule,
                    ["start"] = f.Start,
                    ["end"] = f.End,
                    ["confidence"] = f.Confidence,
                })]);
            }
            await writer.WriteLineAsync(answer.ToJsonString(Plain));
        }
    }
}
