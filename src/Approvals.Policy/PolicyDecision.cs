using System.Text.Json.Serialization;

namespace Approvals.Policy;

[JsonConverter(typeof(JsonStringEnumConverter<PolicyVerdict>))]
public enum PolicyVerdict
{
    [JsonStringEnumMemberName("deny")]
    Deny,

    [JsonStringEnumMemberName("allow")]
    Allow,

    [JsonStringEnumMemberName("review")]
    Review,
}

/// <summary>What policy says of one action. Wire format: stands in workflow histories.</summary>
/// <param name="Rule">The rule that decided; <see langword="null"/> when nothing matched, which is a deny.</param>
/// <param name="Reason">For people: why. Made from redacted data only, one line, no control characters.</param>
/// <param name="PolicyDigest"><c>sha256:</c> and the hex digest of the policy that was in force.</param>
/// <param name="Plan">Set exactly when the verdict is <see cref="PolicyVerdict.Review"/>.</param>
public sealed record PolicyDecision(PolicyVerdict Verdict, string? Rule, string Reason, string PolicyDigest, ReviewPlan? Plan)
{
    /// <summary>The stable code of the error that made this a deny, or <see langword="null"/>; <see cref="Rule"/> then names where it happened.</summary>
    public string? Error { get; init; }

    /// <summary>0 to 100: the risk of the rule that decided, or of all that matched where the policy's mode evaluates them all.</summary>
    public int RiskScore { get; init; }

    /// <summary>Control ids that this decision is evidence for, e.g. <c>SOC2-CC6.1</c>.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>What reviewers owe; already worked into the stages of <see cref="Plan"/>. Set only with a plan.</summary>
    public Obligations? Obligations { get; init; }

    /// <summary>What may go past or before the review of this action, with its limits; <see langword="null"/> for nothing. Set only with a plan.</summary>
    public PolicyExceptions? Exceptions { get; init; }
}
