using System.Text.Json;
using Approvals.Cli.Output;

namespace Approvals.Cli.Actions;

/// <summary>An action as the gate's API describes it, for people.</summary>
internal static class ActionReport
{
    /// <summary>Approved is done, another decision is a refusal; an undecided action is neither.</summary>
    public static int ExitCodeOf(JsonElement action) => Status(action) switch
    {
        "approved" => ExitCodes.Done,
        "denied" or "expired" or "canceled" => ExitCodes.Refused,
        _ => ExitCodes.Failed,
    };

    public static bool IsDecided(JsonElement action) => Status(action) is "approved" or "denied" or "expired" or "canceled";

    public static string Status(JsonElement action) => Text(action, "status") ?? "unknown";

    public static void Write(Terminal terminal, JsonElement action)
    {
        terminal.Line($"{terminal.Bold(Text(action, "id") ?? "?")}  {terminal.Status(Status(action))}");
        Row(terminal, "type", Text(action, "type"));
        Row(terminal, "digest", Text(action, "actionDigest"));
        Row(terminal, "requested", Text(action, "requestedAt"));
        Row(terminal, "expires", Text(action, "expiresAt"));
        if (action.TryGetProperty("policy", out JsonElement policy) && policy.ValueKind == JsonValueKind.Object)
            Row(terminal, "policy", $"{Text(policy, "verdict")} by rule {Text(policy, "rule") ?? "(none)"}: {Text(policy, "reason")}");
        if (action.TryGetProperty("decision", out JsonElement decision) && decision.ValueKind == JsonValueKind.Object)
            Row(terminal, "decision", $"{Text(decision, "outcome")} by {Text(decision, "by")}: {Text(decision, "reason")}");
        if (action.TryGetProperty("ledger", out JsonElement ledger) && ledger.TryGetProperty("index", out JsonElement index))
            Row(terminal, "ledger", $"index {index}");
    }

    /// <summary>Why an action was not approved, in one sentence: the decision's own reason, or else policy's.</summary>
    public static string? WhyRefused(JsonElement action)
    {
        string? reason = action.TryGetProperty("decision", out JsonElement decision) ? Text(decision, "reason") : null;
        string? rule = action.TryGetProperty("policy", out JsonElement policy) ? Text(policy, "rule") : null;
        return reason is null || rule is null ? reason : $"{reason} (rule {rule})";
    }

    public static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? Terminal.Clean(value.GetString()!)
            : null;

    private static void Row(Terminal terminal, string name, string? value)
    {
        if (value is not null) terminal.Line($"  {terminal.Dim(name.PadRight(10))} {value}");
    }
}
