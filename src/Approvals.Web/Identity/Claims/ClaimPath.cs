using System.Text.Json;

namespace Approvals.Web.Identity.Claims;

/// <summary>
/// Where a claim stands: a top-level name (<c>repository</c>, <c>https://example.com/groups</c>), or a JSON Pointer (RFC 6901) when it begins
/// with a slash (<c>/kubernetes.io/namespace</c>). Immutable.
/// </summary>
public sealed class ClaimPath
{
    /// <summary>Values of one claim that are looked at; a claim with more has none, so that nothing is decided on a part.</summary>
    public const int MaxValues = 1_000;

    private const int MaxText = 200;
    private const int MaxSteps = 8;

    private readonly string[] steps;

    private ClaimPath(string text, string[] steps) => (Text, this.steps) = (text, steps);

    /// <summary>As configured.</summary>
    public string Text { get; }

    /// <exception cref="FormatException">The message names the remedy.</exception>
    public static ClaimPath Parse(string text)
    {
        if (text.Length is 0 or > MaxText || text.Any(char.IsControl)) throw new FormatException($"a claim's name has 1 to {MaxText} characters.");
        if (text[0] != '/') return new ClaimPath(text, [text]);
        string[] parts = [.. text[1..].Split('/').Select(step => step.Replace("~1", "/").Replace("~0", "~"))];
        return parts.Length <= MaxSteps ? new ClaimPath(text, parts) : throw new FormatException($"a claim's pointer has at most {MaxSteps} steps.");
    }

    /// <summary>The claim itself; <see langword="null"/> when it is not there.</summary>
    public JsonElement? Find(JsonElement claims)
    {
        JsonElement at = claims;
        foreach (string step in steps)
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at)) return null;
        }

        return at;
    }

    /// <summary>The claim's values as text: of a string, number or boolean the one, of an array each. Anything else has none.</summary>
    public IReadOnlyList<string> Values(JsonElement claims)
    {
        if (Find(claims) is not { } claim) return [];
        if (claim.ValueKind != JsonValueKind.Array) return TextOf(claim) is { } value ? [value] : [];
        if (claim.GetArrayLength() > MaxValues) return [];
        return [.. claim.EnumerateArray().Select(TextOf).OfType<string>()];
    }

    /// <summary>The claim's only value; <see langword="null"/> when there is none or a choice.</summary>
    public string? Value(JsonElement claims) => Values(claims) is [var only] ? only : null;

    public override string ToString() => Text;

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            return null; // a lone surrogate: no text at all
        }
    }
}
