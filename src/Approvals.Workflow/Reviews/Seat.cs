using Approvals.Policy;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Reviews;

/// <summary>As whose member somebody votes.</summary>
/// <param name="Groups">The groups that the vote counts for.</param>
/// <param name="For">Who is away and lent them; <see langword="null"/> for the voter's own.</param>
internal sealed record Seat(IReadOnlyList<string> Groups, PersonRef? For)
{
    public static Seat Own(Principal voter) => new([.. voter.OwnGroups], null);

    public static Seat Lent(LentGroups lent) => new(lent.Groups, new PersonRef(lent.From.Issuer, lent.From.Subject));

    /// <summary>The seat of a vote that was counted.</summary>
    public static Seat Of(CountedVote counted) => counted.For is { } absent
        ? new Seat([.. (counted.Vote.Voter.Lent ?? []).Where(lent => Is(lent.From, absent)).SelectMany(lent => lent.Groups)], absent)
        : Own(counted.Vote.Voter);

    private static bool Is(Principal principal, PersonRef person) => principal.Issuer == person.Issuer && principal.Subject == person.Subject;
}
