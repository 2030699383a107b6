using System.Text.Json;

namespace ApprovalFunctions.Intake;

/// <summary>What becomes of a queue message, by the answer that the same request would get over HTTP.</summary>
public enum IntakeOutcome
{
    /// <summary>Taken in: the message is done.</summary>
    Complete,

    /// <summary>Not now (busy, throttled, a fault, or the queue's own credentials): the queue delivers it again.</summary>
    Retry,

    /// <summary>Wrong, and wrong for ever: to the dead letter, with what was wrong.</summary>
    DeadLetter,
}

/// <param name="Reason">The stable problem code.</param>
/// <param name="Description">The problem's remedy, with the JSON Pointer it is about. Never quotes the message.</param>
public sealed record IntakeAnswer(IntakeOutcome Outcome, string Reason, string Description)
{
    /// <summary>Longest text of a dead letter's description; Service Bus takes 4,096 characters.</summary>
    private const int MaxDescription = 1_000;

    /// <param name="body">The answer's body: a problem document (RFC 9457) when the status says so.</param>
    public static IntakeAnswer Of(int status, ReadOnlyMemory<byte> body)
    {
        if (status is >= 200 and < 300) return new IntakeAnswer(IntakeOutcome.Complete, "", "");
        (string code, string description) = ReadProblem(body);

        // 401 and 403 are about the queue's own principal, which an operator can set right; no message is at fault.
        bool isTheMessages = status is >= 400 and < 500 and not (401 or 403 or 408 or 429 or 499);
        return new IntakeAnswer(isTheMessages ? IntakeOutcome.DeadLetter : IntakeOutcome.Retry, code, description);
    }

    private static (string Code, string Description) ReadProblem(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument problem = JsonDocument.Parse(body);
            string Text(string name) => problem.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            string detail = Text("detail"), pointer = Text("pointer");
            string description = pointer.Length > 0 ? $"{pointer}: {detail}" : detail;
            return (Text("code") is { Length: > 0 } code ? code : "unknown", description.Length > MaxDescription ? description[..MaxDescription] : description);
        }
        catch (JsonException)
        {
            return ("unknown", "");
        }
    }
}
