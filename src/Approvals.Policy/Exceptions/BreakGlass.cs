namespace Approvals.Policy;

/// <summary>Who may break the glass for what, and what is owed afterwards.</summary>
/// <param name="Types">Exact types, or everything under one: <c>access.*</c>.</param>
/// <param name="FollowUpGroups">Who reviews afterwards.</param>
/// <param name="FollowUpWithin">By when, counted from the break.</param>
public sealed record BreakGlassLimits(IReadOnlyList<string> Groups, IReadOnlyList<string> Types, IReadOnlyList<string> FollowUpGroups, TimeSpan FollowUpWithin)
{
    /// <summary>Whether the glass may be broken for this type of action.</summary>
    public bool Covers(string actionType) => TypePatterns.Match(Types, actionType);
}

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
        if (!limits.Covers(actionType)) return Refuse("break_glass_type");
        if (decision.Verdict == PolicyVerdict.Deny) return Refuse("denied_by_policy");
        List<BreakGlassConsent> others = [.. consents.Where(consent => !excluded.Contains(consent.Person))];
        if (IsBroken(limits, others)) return new BreakGlassVerdict(null, new FollowUpReview(actionId, limits.FollowUpGroups, now, now + limits.FollowUpWithin, null));
        // What the weakest of those who may consent lacks, if there are enough of them.
        var refusals = others.Select(consent => (consent.Person, Refusal: RefusalOf(limits, consent))).Where(one => one.Refusal != "break_glass_people").ToList();
        return Refuse(refusals.DistinctBy(one => one.Person).Count() < People ? "break_glass_people"
            : refusals.Where(one => one.Refusal != "assurance_too_low").DistinctBy(one => one.Person).Count() < People ? "assurance_too_low"
            : "justification_too_short");
    }

    /// <summary>Why one person's consent does not count, as a stable code, or <see langword="null"/> when it does.</summary>
    public static string? RefusalOf(BreakGlassLimits limits, BreakGlassConsent consent) =>
        !consent.IsHuman || !consent.Groups.Intersect(limits.Groups).Any() ? "break_glass_people"
        : consent.Assurance < Assurance.IdpMfa ? "assurance_too_low"
        : consent.Justification.Trim().Length < MinimumJustification ? "justification_too_short"
        : null;

    /// <summary>Whether enough distinct people consent. None of them may be in the principal chain: who calls sees to that.</summary>
    public static bool IsBroken(BreakGlassLimits limits, IReadOnlyList<BreakGlassConsent> consents) =>
        consents.Where(consent => RefusalOf(limits, consent) is null).DistinctBy(consent => consent.Person).Count() >= People;

    private static BreakGlassVerdict Refuse(string code) => new(code, null);
}
