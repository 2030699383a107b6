using System.Globalization;
using System.Text.Json.Serialization;
using Approvals.Policy;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Reviews;

public enum Verdict
{
    Approve,
    Deny,
}

/// <summary>One reviewer's vote. Wire format: travels as the <c>vote</c> event and stands in histories and records.</summary>
/// <param name="Id">The event's id: one per voter and stage, so that a vote sent twice counts once.</param>
/// <param name="Justification">Redacted at the edge.</param>
/// <param name="ViewDigest">Of the view that was rendered to the voter.</param>
/// <param name="At">When the gate accepted it.</param>
public sealed record Vote(
    string Id, Principal Voter, Assurance Assurance, Verdict Verdict, string Justification, string ViewDigest, DateTimeOffset At)
{
    /// <summary>
    /// How long the view stood before the voter, where a page showed it: a measurement for auditors, part of no rule and of no record.
    /// </summary>
    public int? SecondsRead { get; init; }

    /// <summary>
    /// The <see cref="Review.Round"/> that it was cast in, so that one on its way when a change of policy begins another does not count there;
    /// <see langword="null"/> of votes from before this was said.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Round { get; init; }

    /// <summary>Not a vote in a stage but consent to going past all of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BreaksGlass { get; init; }

    /// <summary>
    /// The event's id: one per voter, round and stage, so that a vote sent twice counts once, and one that was on its way when its stage ended and
    /// that the next stage then refused can be cast again as that stage wants it. The review itself holds one person to one vote.
    /// </summary>
    public static string IdOf(Review review, PrincipalId voter, bool breaksGlass = false) => string.Create(
        CultureInfo.InvariantCulture, $"{(breaksGlass ? "break-glass" : "vote")}:{(review.Round == 0 ? "" : review.Round + ".")}{review.StageIndex}:{voter}");
}

/// <summary>The <c>cancel</c> event.</summary>
public sealed record Cancellation(Principal By, string? Reason, DateTimeOffset At);
