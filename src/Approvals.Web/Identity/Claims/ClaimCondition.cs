using System.Text.Json;

namespace Approvals.Web.Identity.Claims;

/// <summary>One claim that must be there, with a value that one of the patterns takes. A claim that is absent never holds.</summary>
/// <param name="Patterns">At least one.</param>
public sealed record ClaimCondition(ClaimPath Claim, IReadOnlyList<ClaimPattern> Patterns)
{
    /// <exception cref="FormatException">The message names the remedy.</exception>
    public static ClaimCondition Parse(string claim, IReadOnlyList<string> patterns) =>
        patterns.Count > 0
            ? new ClaimCondition(ClaimPath.Parse(claim), [.. patterns.Select(ClaimPattern.Parse)])
            : throw new FormatException($"the claim '{claim}' needs at least one value.");

    public bool Holds(JsonElement claims) => Claim.Values(claims).Any(value => Patterns.Any(pattern => pattern.Matches(value)));
}

/// <summary>What a claim's values mean here: exact value → names of groups or roles. Values without a meaning mean nothing.</summary>
public sealed record ClaimMeanings<T>(ClaimPath Claim, IReadOnlyDictionary<string, IReadOnlyList<T>> Meanings)
{
    public IReadOnlyList<T> Read(JsonElement claims) =>
        [.. Claim.Values(claims).SelectMany(value => Meanings.GetValueOrDefault(value) ?? []).Distinct()];
}
