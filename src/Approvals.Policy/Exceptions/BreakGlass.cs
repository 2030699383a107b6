namespace Approvals.Policy;

/// <summary>Who may break the glass for what, and what is owed afterwards.</summary>
/// <param name="Types">Exact types, or everything under one: <c>access.*</c>.</param>
/// <param name="FollowUpGroups">Who reviews afterwards.</param>
/// <param name="FollowUpWithin">By when, counted from the break.</param>
public sealed record BreakGlassLimits(IReadOnlyList<string> Groups, IReadOnlyList<string> Types, IReadOnlyList<string> FollowUpGroups, TimeSpan FollowUpWithin);

/// <summary>One person's consent to breaking the glass.</summary>
public sealed record BreakGlassConsent(PersonRef Person, bool IsHuman, IReadOnlyList<string> Groups, Assurance Assurance, string Justification);

/// <summary>A review that is owed because the glass was broken. Wire format.</summary>
/// <param name="DoneAt"><see langword="null"/> while it is owed.</param>
public sealed record FollowUpReview(string ActionId, IReadOnlyList<string> Groups, DateTimeOffset BrokenAt, DateTimeOffset DueAt, DateTimeOffset? DoneAt)
{
    /// <summary>Owed, whether late or not: shows as debt.</summary>
    public bool IsDebt => DoneAt is null;

    public bool IsOverdue(DateTimeOffset now) => DoneAt is null && now >= DueAt;
}

/// <summary>Why the glass stays whole, as a stable code, or <see langword="null"/> and the review that is owed.</summary>
public sealed record BreakGlassVerdict(string? Refusal, FollowUpReview? FollowUp);

/// <summary>
/// Two people past all stages, for emergencies. Pure. INVARIANTS: two distinct humans, none of the principal chain, both with the strongest
/// assurance and a reason; what a deny rule denies, nobody breaks.
/// </summary>
public static class BreakGlass
{
    public const int People = 2;
    public const int MinimumJustification = 20;

    /// <param name="limits">Of the policy in force; <see langword="null"/> where it has none.</param>
    /// <param name="decision">What the policy says of the action.</param>
    /// <param name="excluded">Everyone in the principal chain.</param>
    public static BreakGlassVerdict Judge(
        BreakGlassLimits? limits, string actionId, string actionType, PolicyDecision decision, IReadOnlyCollection<PersonRef> excluded,
        IReadOnlyList<BreakGlassConsent> consents, DateTimeOffset now)
    {
        if (limits is null) return Refuse("break_glass_off");
        if (!TypePatterns.Match(limits.Types, actionType)) return Refuse("break_glass_type");
        if (decision.Verdict == PolicyVerdict.Deny) return Refuse("denied_by_policy");
        var counted = consents.Where(c => c.IsHuman && !excluded.Contains(c.Person) && c.Groups.Intersect(limits.Groups).Any()).ToList();
        if (Distinct(counted) < People) return Refuse("break_glass_people");
        counted.RemoveAll(c => c.Assurance < Assurance.IdpMfa);
        if (Distinct(counted) < People) return Refuse("assurance_too_low");
        counted.RemoveAll(c => c.Justification.Trim().Length < MinimumJustification);
        if (Distinct(counted) < People) return Refuse("justification_too_short");
        return new BreakGlassVerdict(null, new FollowUpReview(actionId, limits.FollowUpGroups, now, now + limits.FollowUpWithin, null));
    }

    private static int Distinct(List<BreakGlassConsent> consents) => consents.DistinctBy(c => c.Person).Count();

    private static BreakGlassVerdict Refuse(string code) => new(code, null);
}
