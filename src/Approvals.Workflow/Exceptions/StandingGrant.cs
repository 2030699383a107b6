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
    public const string ActionType = StandingApprovals.GrantType;

    /// <summary>What an approved action grants, or <see langword="null"/> when it is none of these.</summary>
    public static StandingApproval? Read(ActionDocument grant)
    {
        if (grant is not { Status: ActionStatus.Approved, Request.Type: ActionType, View: { } view, Review: { Outcome: ReviewOutcome.Approved } review, Decision: { } decision }) return null;
        PersonRef[] voters = [.. Approvals(review).Select(vote => new PersonRef(vote.Voter.Issuer, vote.Voter.Subject))];
        return Read(view) is { } asked ? asked with { Id = grant.Id, From = decision.At, GrantedBy = voters } : null;
    }

    /// <summary>
    /// Why an action of this type may not even be asked for, as a stable code, or <see langword="null"/>: nobody shall approve what would then be worth
    /// nothing. Every use is judged again.
    /// </summary>
    public static string? RefusalToAsk(string actionType, RedactedView view, PolicyVerdict verdict, StandingApprovalLimits? limits, DateTimeOffset now)
    {
        if (actionType != ActionType) return null;
        if (limits is null) return "standing_approvals_off";
        if (Read(view) is not { } asked) return "standing_approval_malformed";
        string? refusal = StandingApprovals.RefusalToGrant(asked with { From = now }, limits);

        // Nobody has voted yet; but where policy asks nobody, nobody ever will.
        return refusal != "standing_approval_nobody" ? refusal : verdict == PolicyVerdict.Review ? null : refusal;
    }

    /// <summary>A refusal for people.</summary>
    public static string Explain(string refusal) => refusal switch
    {
        "standing_approvals_off" => "The policy in force has no standing approvals.",
        "standing_approval_malformed" => "A standing approval names {type, target, maximumUses, until} in its target, until with its time zone, and nothing in it that redaction masks.",
        "standing_approval_type" => "The policy in force allows no standing approval of this type of action.",
        "standing_approval_uses" => "The policy in force allows fewer uses, and at least one.",
        "standing_approval_too_long" => "The policy in force allows a shorter time, and it must end in the future.",
        "standing_approval_nobody" => "A standing approval is granted by people: policy has to review it, not to allow it.",
        _ => "This standing approval cannot be granted.",
    };

    private static StandingApproval? Read(RedactedView view) =>
        view.Content.TryGetProperty("target", out JsonElement granted) && granted.ValueKind == JsonValueKind.Object
            && granted.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            && granted.TryGetProperty("target", out JsonElement target)
            && granted.TryGetProperty("maximumUses", out JsonElement uses) && uses.ValueKind == JsonValueKind.Number && uses.TryGetInt32(out int maximumUses)
            && granted.TryGetProperty("until", out JsonElement end) && end.ValueKind == JsonValueKind.String && HasZone(end.GetString()!) && end.TryGetDateTimeOffset(out DateTimeOffset until)
            && TargetDigest(view, target) is { } targetDigest
            ? new StandingApproval("", type.GetString()!, targetDigest, maximumUses, default, until, [])
            : null;

    // INVARIANT: the same instant on every host. Without Z or an offset it would be read in the host's own time zone.
    private static bool HasZone(string time) => time.EndsWith('Z') || (time.Length > 6 && time[^6] is '+' or '-' && time[^3] == ':');

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
