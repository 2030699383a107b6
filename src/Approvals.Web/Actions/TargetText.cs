using System.Text.Json;
using Approvals.Workflow.Actions;

namespace Approvals.Web.Actions;

/// <summary>An action's target in one line, for lists. The review page shows it whole.</summary>
internal static class TargetText
{
    private const int MaxLength = 120;

    public static string? Of(ActionDocument document)
    {
        if (document.View is not { } view || !view.Content.TryGetProperty("target", out JsonElement target)) return null;
        string text = target.ValueKind == JsonValueKind.Object ? string.Join(" · ", target.EnumerateObject().Select(Member)) : target.ToString();
        if (text.Length <= MaxLength) return text;
        int cut = char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return text[..cut] + "…";
    }

    private static string Member(JsonProperty member) =>
        $"{member.Name}: {(member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? "…" : member.Value.ToString())}";
}
