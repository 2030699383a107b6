using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Approvals.Cli.Output;
using Approvals.Policy.Cel;
using Approvals.Policy.Cel.Lines;

namespace Approvals.Cli.Policy;

/// <summary><c>approvals policy eval</c>: evaluates CEL expressions, one with JSON data or many as JSON lines.</summary>
internal static class EvalCommand
{
    internal static Command Create()
    {
        var expression = new Argument<string?>("expression") { Arity = ArgumentArity.ZeroOrOne, Description = "The CEL expression to evaluate." };
        var data = new Option<FileInfo?>("--data") { Description = "A JSON file with an object whose members are the variables of the expression." };
        var jsonLines = new Option<bool>("--jsonl")
        {
            Description = "Read lines {\"id\",\"expr\",\"bindings\"} from standard input and write lines {\"id\",\"value\"} or {\"id\",\"error\"}.",
        };
        var command = new Command("eval", "Evaluate CEL expressions.") { expression, data, jsonLines };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(jsonLines))
            {
                if (parsed.GetValue(expression) is not null || parsed.GetValue(data) is not null)
                    throw CommandException.WrongUse("--jsonl reads expressions and bindings from standard input: name neither an expression nor --data beside it.");
                using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
                await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { NewLine = "\n" };
                await CelLines.RunAsync(input, output, cancellation);
                return ExitCodes.Done;
            }

            if (parsed.GetValue(expression) is not { } source)
                throw CommandException.WrongUse("Give an expression, or --jsonl to read many from standard input.");

            return await EvaluateAsync(source, parsed.GetValue(data), cancellation);
        });
        return command;
    }

    private static async Task<int> EvaluateAsync(string source, FileInfo? data, CancellationToken cancellation)
    {
        try
        {
            using var document = JsonDocument.Parse(data is null ? "{}"u8.ToArray() : await File.ReadAllBytesAsync(data.FullName, cancellation));
            var variables = document.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => CelValue.FromJson(member.Value));
            var environment = new CelEnvironment(variables.ToDictionary(variable => variable.Key, _ => CelType.Dyn));
            var activation = new CelActivation(environment);
            foreach (var (name, value) in variables)
            {
                activation[name] = value;
            }

            var buffer = new ArrayBufferWriter<byte>();
            await using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
            {
                environment.Compile(source).Evaluate(activation).WriteJson(writer);
            }

            await Console.Out.WriteLineAsync(Encoding.UTF8.GetString(buffer.WrittenSpan));
            return ExitCodes.Done;
        }
        catch (CelEvaluationException e)
        {
            throw CommandException.Refused(e.Message);
        }
        catch (CelCompileException e)
        {
            throw CommandException.WrongUse(e.Message, e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw CommandException.WrongUse($"--data must be a JSON file with an object: {e.Message}", e);
        }
    }
}
