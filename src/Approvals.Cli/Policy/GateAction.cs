using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Cli.Gate;
using Approvals.Policy;

namespace Approvals.Cli.Policy;

/// <summary>An action of a gate as policy saw it, and the policy in force there.</summary>
internal static class GateAction
{
    // What policy sees of a finding; where it begins and ends is for reviewers.
    private static readonly string[] s_finding = ["type", "rule", "pointer", "confidence", "operator"];

    /// <summary>
    /// The masked view and the principals. INVARIANT: what the gate does not tell is empty and never guessed: the API names no groups of principals, and
    /// no rule may rest on what is not there without its reader being told.
    /// </summary>
    /// <param name="at">The time to decide at; without it, that of the request.</param>
    /// <exception cref="PolicyFile.UnreadableException">It is not redacted yet.</exception>
    internal static async Task<PolicyInput> ReadAsync(GateClient gate, string id, DateTimeOffset? at, CancellationToken cancellation)
    {
        var segment = GateClient.Segment(id);
        var document = await gate.GetAsync($"api/actions/{segment}", cancellation);
        if (!document.TryGetProperty("view", out var summary) || summary.ValueKind != JsonValueKind.Object)
            throw new PolicyFile.UnreadableException($"The action {id} is not redacted yet: try again in a moment.");
        var view = await gate.GetAsync($"api/actions/{segment}/view", cancellation);
        var content = JsonNode.Parse(view.GetProperty("content").GetRawText())!.AsObject();
        var status = JsonNode.Parse(document.GetRawText())!.AsObject();
        var action = new JsonObject
        {
            ["type"] = status["type"]?.DeepClone(),
            ["target"] = content["target"]?.DeepClone(),
            ["parameters"] = content["parameters"]?.DeepClone() ?? new JsonObject(),
            ["audience"] = status["audience"]?.DeepClone(),
            ["justification"] = content["justification"]?.DeepClone() ?? "",
        };
        var principal = new JsonObject
        {
            ["actor"] = Person(status["actor"]),
            ["onBehalfOf"] = status["onBehalfOf"] is { } subject ? Person(subject) : null,
            ["owners"] = new JsonArray([.. (status["owners"] as JsonArray ?? []).Select(owner => (JsonNode?)Person(owner))]),
        };
        return new PolicyInput(
            JsonSerializer.SerializeToElement(action),
            JsonSerializer.SerializeToElement(principal),
            JsonSerializer.SerializeToElement(content["context"] ?? new JsonObject()),
            JsonSerializer.SerializeToElement(view.GetProperty("findings").EnumerateArray().Select(finding => s_finding.ToDictionary(name => name, finding.GetProperty))),
            at ?? document.GetProperty("requestedAt").GetDateTimeOffset());
    }

    /// <summary>The policy in force, with its data files; an auditor or admin may ask for it.</summary>
    internal static async Task<PolicySet> PolicyAsync(GateClient gate, CancellationToken cancellation)
    {
        var policy = await gate.GetAsync("api/policy", cancellation);
        var data = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in policy.TryGetProperty("data", out var files) ? files.EnumerateArray() : [])
            data[file.GetProperty("name").GetString()!] = file.GetProperty("text").GetString()!;
        return PolicySet.Load(policy.GetProperty("text").GetString()!, "the policy in force", data.GetValueOrDefault);
    }

    private static JsonObject? Person(JsonNode? person)
    {
        if (person?.DeepClone() is not JsonObject copy)
            return null;
        copy.TryAdd("groups", new JsonArray());
        return copy;
    }
}
