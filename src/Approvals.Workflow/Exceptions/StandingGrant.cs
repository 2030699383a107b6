using System.Text.Json;
using Approvals.Ledger;
using Approvals.Ledger.Json;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Exceptions;

/// <summary>
/// A standing approval is granted by the gate's own means: an action of type <see cref="ActionType"/> with the target
/// <c>{type, target, maximumUses, until}</c> that people approved. So it is redacted, judged, reviewed, signed and recorded like any other.
/// </summary>
public static class StandingGrant
{
    public const string ActionType = "standing-approval.grant";

    /// <summary>What an approved action grants, or <see langword="null"/> when it is none of these.</summary>
    public static StandingApproval? Read(ActionDocument grant)
    {
        if (grant is not { Status: ActionStatus.Approved, Request.Type: ActionType, View: { } view, Review: { Outcome: ReviewOutcome.Approved } review, Decision: { } decision }) return null;
        if (!view.Content.TryGetProperty("target", out JsonElement granted) || granted.ValueKind != JsonValueKind.Object
            || !granted.TryGetProperty("type", out JsonElement type) || type.ValueKind != JsonValueKind.String
            || !granted.TryGetProperty("target", out JsonElement target)
            || !granted.TryGetProperty("maximumUses", out JsonElement uses) || uses.ValueKind != JsonValueKind.Number || !uses.TryGetInt32(out int maximumUses)
            || !granted.TryGetProperty("until", out JsonElement end) || end.ValueKind != JsonValueKind.String || !end.TryGetDateTimeOffset(out DateTimeOffset until)
            || TargetDigest(view, target) is not { } targetDigest)
            return null;
        PersonRef[] voters = [.. Approvals(review).Select(vote => new PersonRef(vote.Voter.Issuer, vote.Voter.Subject))];
        return new StandingApproval(grant.Id, type.GetString()!, targetDigest, maximumUses, decision.At, until, voters);
    }

    /// <summary>
    /// The digest of exactly this target, or <see langword="null"/> where something in the view's target was masked: behind one mask there may be
    /// many values, and "this exact target" cannot be told.
    /// </summary>
    public static string? TargetDigest(RedactedView view, JsonElement target)
    {
        if (view.Findings.Any(finding => finding.Pointer == "/target" || finding.Pointer.StartsWith("/target/", StringComparison.Ordinal))) return null;
        try
        {
            return Sha256Digest.Of(CanonicalJson.Canonicalize(target));
        }
        catch (LedgerFormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether the votes that granted it would have approved this action under its own plan: quorum, groups, assurance, and nobody of its
    /// principal chain. INVARIANT: a standing approval is worth no more than the review it stands in for.
    /// </summary>
    public static bool Covers(ActionDocument grant, ActionDocument action, ReviewPlan plan, DateTimeOffset now)
    {
        Vote[] votes = [.. Approvals(grant.Review!)];
        Review review = Review.Begin(plan, action.Request.Chain, action.View!.Digest, now);
        for (bool moved = true; moved && review.IsOpen;)
        {
            moved = false;
            foreach (Vote vote in votes)
            {
                Review next = review.Apply(vote with { ViewDigest = action.View.Digest }, now);
                moved |= !ReferenceEquals(next, review);
                review = next;
            }
        }

        return review.Outcome == ReviewOutcome.Approved;
    }

    private static IEnumerable<Vote> Approvals(Review review) =>
        review.Votes.Where(counted => counted.Vote.Verdict == Verdict.Approve).Select(counted => counted.Vote);
}
