using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Policy;
using Approvals.Redaction;

namespace Approvals.Cli.Policy;

/// <summary>Makes of a request, as a pipeline would submit it, what policy sees of it: redacted, with findings and a principal.</summary>
internal static class SubmittedAction
{
    /// <exception cref="PolicyFile.UnreadableException">The file cannot be read, or is no request.</exception>
    internal static PolicyInput Read(string path, string kind, DateTimeOffset now)
    {
        var text = PolicyFile.ReadText(path);
        try
        {
            var redacted = Redactor.Default.RedactJson(Encoding.UTF8.GetBytes(text));
            if (JsonNode.Parse(redacted.Json) is not JsonObject request || request["type"] is not JsonValue)
                throw new PolicyFile.UnreadableException($"{path} is no request: a JSON object with `type`, `target` and `parameters`.");
            var action = new JsonObject
            {
                ["type"] = request["type"]?.DeepClone(),
                ["target"] = request["target"]?.DeepClone(),
                ["parameters"] = request["parameters"]?.DeepClone() ?? new JsonObject(),
                ["audience"] = request["audience"]?.DeepClone(),
                ["justification"] = request["justification"]?.DeepClone() ?? "",
            };
            var findings = redacted.Findings.Select(f => new { type = f.Type, rule = f.Rule, pointer = f.Pointer, confidence = f.Confidence, @operator = f.Operator });
            return new PolicyInput(
                JsonSerializer.SerializeToElement(action),
                Principal(kind),
                JsonSerializer.SerializeToElement(request["context"] ?? new JsonObject()),
                JsonSerializer.SerializeToElement(findings),
                now);
        }
        catch (Exception e) when (e is JsonException or RedactionException)
        {
            throw new PolicyFile.UnreadableException($"{path} is not JSON that can be redacted: check its syntax.", e);
        }
    }

    internal static DateTimeOffset Time(string? text) =>
        text is null ? TimeProvider.System.GetUtcNow()
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var now) ? now
        : throw new PolicyFile.UnreadableException($"`{text}` is not a time: write for example 2026-11-20T10:00:00Z.");

    private static JsonElement Principal(string kind) => JsonSerializer.SerializeToElement(new
    {
        actor = new { kind, issuer = "approvals", subject = "someone", displayName = "someone", groups = Array.Empty<string>() },
        onBehalfOf = (object?)null,
        owners = Array.Empty<object>(),
    });
}
