using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Cli.Output;

namespace Approvals.Cli.Gate;

/// <summary>
/// The executor's side of a release: puts together the binding of what is about to run, from its own words and not the gate's, and redeems the
/// token for exactly that. Any program can do this; it needs no more than JSON over HTTP.
/// </summary>
internal static class Executor
{
    /// <summary>The action binding: <c>schemaVersion, type, actor, subject, target, parameters, nonce</c>.</summary>
    /// <param name="request">What was submitted.</param>
    /// <param name="accepted">What the gate answered: who it took the caller for, and the nonce.</param>
    public static JsonObject Binding(JsonElement request, JsonElement accepted) => new()
    {
        ["schemaVersion"] = 1,
        ["type"] = request.GetProperty("type").GetString(),
        ["actor"] = Reference(accepted, "actor"),
        ["subject"] = Reference(accepted, "subject"),
        ["target"] = Node(request, "target"),
        ["parameters"] = Node(request, "parameters"),
        ["nonce"] = accepted.GetProperty("nonce").GetString(),
    };

    /// <summary>Redeems a release for a binding. Durable and in the ledger when this returns.</summary>
    /// <exception cref="GateException">Refused: redeemed before, expired, another action …</exception>
    public static Task<JsonElement> RedeemAsync(GateClient gate, string token, JsonObject binding, CancellationToken cancellationToken, string? idempotencyKey = null) =>
        gate.PostAsync("api/releases/redeem", new JsonObject { ["token"] = token, ["binding"] = binding.DeepClone() }, cancellationToken, idempotencyKey);

    /// <summary>Reports what came of it. Each of started and final is recorded once, so that repeating is safe.</summary>
    public static Task<JsonElement> ReportAsync(GateClient gate, string id, string outcome, string? resultDigest, CancellationToken cancellationToken)
    {
        var receipt = new JsonObject { ["outcome"] = outcome };
        if (resultDigest is not null) receipt["resultDigest"] = resultDigest;
        return gate.PostAsync($"api/actions/{GateClient.Segment(id)}/receipt", receipt, cancellationToken);
    }

    public static string TokenOf(JsonElement release) =>
        release.TryGetProperty("token", out JsonElement token) && token.GetString() is { } text ? text : throw CommandException.Failed("The gate's answer holds no token.");

    private static JsonNode? Node(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? JsonNode.Parse(value.GetRawText()) : null;

    private static JsonObject? Reference(JsonElement accepted, string name) =>
        accepted.TryGetProperty(name, out JsonElement principal) && principal.ValueKind == JsonValueKind.Object
            ? new JsonObject { ["kind"] = principal.GetProperty("kind").GetString(), ["issuer"] = principal.GetProperty("issuer").GetString(), ["subject"] = principal.GetProperty("subject").GetString() }
            : null;
}
