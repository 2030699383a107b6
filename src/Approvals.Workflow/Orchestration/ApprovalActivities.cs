using System.Globalization;
using System.Text;
using System.Text.Json;
using Approvals.Durable;
using Approvals.Policy;
using Approvals.Redaction;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Delegations;
using Approvals.Workflow.Exceptions;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Records;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Orchestration;

/// <summary>
/// The orchestration's effects, each idempotent: it may run again after a crash, even at the same time as itself. Each does its work
/// first and shows it in the action index, and only then returns what the history keeps.
/// </summary>
/// <param name="policy">The policy in force at the call.</param>
public sealed class ApprovalActivities(
    IIntake intake,
    IPayloadVault vault,
    IActionIndex index,
    ILedger ledger,
    ISigner signer,
    IDirectory directory,
    INotifier notifier,
    IReleasePublisher publisher,
    Redactor redactor,
    Func<PolicyInForce> policy,
    IDelegationStore delegations,
    TimeProvider time)
{
    private readonly Deputies deputies = new(delegations, directory, policy, time);
    private readonly StandingApprovalDesk standing = new(index, ledger, signer, time);

    /// <summary>All of them, under the names that histories know.</summary>
    public IEnumerable<ActivityDefinition> Definitions =>
    [
        ActivityDefinition.Create<ActionRequest, RedactionSummary>(ActivityNames.Redact, RedactAsync),
        ActivityDefinition.Create<PolicyStep, PolicyDecision>(ActivityNames.EvaluatePolicy, EvaluatePolicyAsync, isLocal: true),
        ActivityDefinition.Create<ActionRequest, StandingApprovalStep>(ActivityNames.UseStandingApproval, UseStandingApprovalAsync),
        ActivityDefinition.Create<PolicyChangeStep, Reconsidered?>(ActivityNames.Reconsider, ReconsiderAsync),
        ActivityDefinition.Create<ReviewUpdate, bool>(ActivityNames.ShowReview, ShowReviewAsync),
        ActivityDefinition.Create<SignStep, SealedDecision>(ActivityNames.Record, RecordAsync),
        ActivityDefinition.Create<SignStep, SignedEnvelope>(ActivityNames.Sign, SignAsync, isLocal: true),
        ActivityDefinition.Create<AppendStep, SealedDecision>(ActivityNames.Append, AppendAsync),
        ActivityDefinition.Create<ReleaseStep, bool>(ActivityNames.Release, ReleaseAsync),
    ];

    /// <summary>
    /// Opens the sealed payload, redacts it, stores the view with what policy says of it, and only then shreds the payload: a crash before the view
    /// is durable finds the payload still there, one behind it finds the view.
    /// </summary>
    public async Task<RedactionSummary> RedactAsync(ActivityContext context, ActionRequest request, CancellationToken cancellationToken)
    {
        ActionDocument document = await index.CreateAsync(ActionDocument.Received(request), cancellationToken).ConfigureAwait(false);
        RedactedView? view = document.View;
        if (view is null)
        {
            byte[] payload = await vault.OpenAsync(request.Id, cancellationToken).ConfigureAwait(false)
                ?? throw new PermanentFailureException("payload_missing", "The sealed payload is gone and no redacted view was stored.");
            view = ActionView.Create(request, payload, redactor);
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(payload);
            PolicyDecision decision = Judge(policy(), request, view); // in the same write: the next step finds it there
            document = await intake.ReplacePayloadAsync(
                request.Id, stored => stored.View is null ? stored with { View = view, Policy = decision } : stored, cancellationToken).ConfigureAwait(false);
            view = document.View!;
        }
        else
        {
            await vault.ShredAsync(request.Id, cancellationToken).ConfigureAwait(false);
        }

        return new RedactionSummary(
            view.Digest,
            [.. view.Findings.GroupBy(finding => finding.Type).OrderBy(type => type.Key, StringComparer.Ordinal).Select(type => new FindingCount(type.Key, type.Count()))]);
    }

    /// <summary>What policy says of the view. It judges once: an action whose decision is stored, as it is with its view, keeps it, though the policy may have changed since.</summary>
    public async Task<PolicyDecision> EvaluatePolicyAsync(ActivityContext context, PolicyStep step, CancellationToken cancellationToken)
    {
        ActionDocument document = await RequireAsync(step.Request.Id, cancellationToken).ConfigureAwait(false);
        if (document.View is not { } view || !string.Equals(view.Digest, step.Redacted.ViewDigest, StringComparison.Ordinal))
            throw new PermanentFailureException("view_missing", "The stored view is not the one that redaction made.");
        if (document.Policy is { } judged) return judged;

        PolicyDecision decision = Judge(policy(), step.Request, view);
        document = await index.UpdateAsync(step.Request.Id, stored => stored.Policy is null ? stored with { Policy = decision } : stored, cancellationToken)
            .ConfigureAwait(false);
        return document.Policy!;
    }

    public async Task<StandingApprovalStep> UseStandingApprovalAsync(ActivityContext context, ActionRequest request, CancellationToken cancellationToken) =>
        new(await standing.UseAsync(await RequireAsync(request.Id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));

    /// <summary>What the policy says; of a standing approval that it would not let be used, that it is not to be asked for either.</summary>
    private PolicyDecision Judge(PolicyInForce inForce, ActionRequest request, RedactedView view)
    {
        DateTimeOffset now = time.GetUtcNow();
        PolicyDecision decision = inForce.Judge(PolicyView.Of(request, view, now));
        return decision.Verdict != PolicyVerdict.Deny && StandingGrant.RefusalToAsk(request.Type, view, decision.Verdict, inForce.Exceptions.StandingApprovals, now) is { } refusal
            ? new PolicyDecision(PolicyVerdict.Deny, decision.Rule, StandingGrant.Explain(refusal), inForce.Digest, null) { Error = refusal }
            : decision;
    }

    /// <summary>
    /// What a policy that came into force means for an open review: by that policy's own setting. Judges once for each change; nothing when the
    /// action was judged by that policy to begin with.
    /// </summary>
    public async Task<Reconsidered?> ReconsiderAsync(ActivityContext context, PolicyChangeStep step, CancellationToken cancellationToken)
    {
        ActionDocument document = await RequireAsync(step.Request.Id, cancellationToken).ConfigureAwait(false);
        if (document is not { View: { } view, Policy: { } before }) throw new PermanentFailureException("view_missing", "The action in review has no view or no decision of policy.");
        if (ChangeIn(document) is { } known) return new Reconsidered(known, before);

        PolicyInForce now = policy();

        // INVARIANT: an event is judged by the policy that it names, so the record never gives one policy another's number.
        if (step.Changed.Digest != now.Digest)
        {
            if (await ledger.FindAsync(PolicyHistory.Key(step.Changed.Number + 1), cancellationToken).ConfigureAwait(false) is not null)
                return null; // a newer one is in force, and its own event says what it means
            throw new PolicyNotLoadedException(step.Changed.Digest); // this instance is behind, as in a deployment: try again
        }

        if (before.PolicyDigest == now.Digest) return null;
        PolicyDecision after = now.OnChange == OpenReviews.Keep ? before : Judge(now, step.Request, view);
        PolicyEffect effect = now.OnChange == OpenReviews.Keep ? PolicyEffect.Kept
            : PolicyView.AskTheSame(before, after) ? PolicyEffect.Confirmed
            : PolicyEffect.Redecided;
        var change = new PolicyChange(step.Changed.Number, now.Digest, effect, time.GetUtcNow());
        document = await index.UpdateAsync(
            step.Request.Id,
            stored => ChangeIn(stored) is not null ? stored : stored with { Policy = after, PolicyChanges = [.. stored.PolicyChanges ?? [], change] },
            cancellationToken).ConfigureAwait(false);
        return new Reconsidered(ChangeIn(document)!, document.Policy!);

        PolicyChange? ChangeIn(ActionDocument stored) => stored.PolicyChanges?.FirstOrDefault(one => one.Number == step.Changed.Number);
    }

    /// <summary>Shows where the review stands and tells those who are asked. Never shows less than what is shown already.</summary>
    public async Task<bool> ShowReviewAsync(ActivityContext context, ReviewUpdate update, CancellationToken cancellationToken)
    {
        Review review = update.Review;
        ActionDocument document = await index.UpdateAsync(
            context.InstanceId,
            stored => stored.IsTerminal || stored.Review is { } shown && Progress(shown).CompareTo(Progress(review)) > 0
                ? stored
                : stored with { Status = ActionStatus.InReview, Review = review },
            cancellationToken).ConfigureAwait(false);
        if (document.IsTerminal || update.Step == ReviewStep.Voted) return true;

        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<Principal> members = await deputies.MembersAsync(review.EligibleGroups(now), cancellationToken).ConfigureAwait(false);
        NoticeKind kind = update.Step switch
        {
            ReviewStep.Opened => NoticeKind.Requested,
            ReviewStep.Escalated => NoticeKind.Escalated,
            _ => NoticeKind.Reminder,
        };
        string round = review.Round == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{review.Round}.");
        string noticeId = $"{context.InstanceId}:{round}{review.StageIndex}:{update.Step}:{update.At.ToUnixTimeMilliseconds()}";
        await notifier.NotifyAsync(noticeId, kind, document, [.. members.Where(member => review.CheckVoter(member, now) is null)], cancellationToken)
            .ConfigureAwait(false);
        return true;
    }

    /// <summary>Signs the decision and appends it. Answers with the decision that the ledger holds: the first one stored, even when this call brought another.</summary>
    public async Task<SealedDecision> RecordAsync(ActivityContext context, SignStep step, CancellationToken cancellationToken)
    {
        // An append that seemed to fail may have been stored: then nothing need be signed for it again.
        if (context.Attempt > 1 && await ledger.FindAsync(DecisionRecord.LedgerKey(context.InstanceId), cancellationToken).ConfigureAwait(false) is { } known)
            return new SealedDecision(DecisionRecord.ReadDecision(known.Entry), known.Index);
        SignedEnvelope signed = await SignAsync(context, step, cancellationToken).ConfigureAwait(false);
        return await AppendAsync(context, new AppendStep(step.Decision, signed), cancellationToken).ConfigureAwait(false);
    }

    public async Task<SignedEnvelope> SignAsync(ActivityContext context, SignStep step, CancellationToken cancellationToken)
    {
        ActionDocument document = await index.GetAsync(step.Request.Id, cancellationToken).ConfigureAwait(false)
            ?? await index.CreateAsync(ActionDocument.Received(step.Request), cancellationToken).ConfigureAwait(false);

        // INVARIANT: what is shown as decided is not decided again, though its record cannot be found.
        if (document.IsTerminal && await ledger.FindAsync(DecisionRecord.LedgerKey(document.Id), cancellationToken).ConfigureAwait(false) is null)
            throw new LedgerGapException(DecisionRecord.LedgerKey(document.Id));
        return new SignedEnvelope(await DecisionRecord.SignAsync(step, document.View, signer, cancellationToken).ConfigureAwait(false));
    }

    public async Task<SealedDecision> AppendAsync(ActivityContext context, AppendStep step, CancellationToken cancellationToken)
    {
        byte[] record = Encoding.UTF8.GetBytes(step.Record.Json);
        LedgerEntry stored = await ledger.AppendAsync(DecisionRecord.LedgerKey(context.InstanceId), record, cancellationToken).ConfigureAwait(false);
        Decision decision = stored.Entry.Span.SequenceEqual(record) ? step.Decision : DecisionRecord.ReadDecision(stored.Entry);
        return new SealedDecision(decision, stored.Index);
    }

    /// <summary>
    /// Makes a recorded decision visible, and with it the release of an approved action; then announces it. A payload that redaction did not
    /// get to the end of is shredded here.
    /// </summary>
    public async Task<bool> ReleaseAsync(ActivityContext context, ReleaseStep step, CancellationToken cancellationToken)
    {
        // INVARIANT: a terminal status is shown only with the index of its record in the ledger (promise 1).
        ActionDocument document = await index.UpdateAsync(
            context.InstanceId,
            stored => stored.IsTerminal
                ? stored
                : stored with
                {
                    Status = Enum.Parse<ActionStatus>(step.Sealed.Decision.Outcome.ToString()),
                    Decision = step.Sealed.Decision,
                    LedgerIndex = step.Sealed.LedgerIndex,
                    Review = step.Review ?? stored.Review,
                    FollowUp = FollowUpOf(step, stored),
                },
            cancellationToken).ConfigureAwait(false);

        // An action that was ended from outside may have left redaction behind at any step, also between storing the view and shredding.
        bool wasInterrupted = step.Sealed.Decision.By is DecidedBy.Requester or DecidedBy.Timeout or DecidedBy.Gate;
        if (wasInterrupted || document.View is null) await vault.ShredAsync(context.InstanceId, cancellationToken).ConfigureAwait(false);
        await publisher.PublishAsync(document, cancellationToken).ConfigureAwait(false);
        if (document.Review is { } review)
        {
            IReadOnlyList<Principal> asked = await directory.MembersAsync(review.Stage.Groups, cancellationToken).ConfigureAwait(false);
            await notifier.NotifyAsync($"{context.InstanceId}:closed", NoticeKind.Closed, document, asked, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private static FollowUpReview? FollowUpOf(ReleaseStep step, ActionDocument stored) =>
        step.Sealed.Decision is { By: DecidedBy.BreakGlass } decision && stored.Policy?.Exceptions?.BreakGlass is { } limits
            ? new FollowUpReview(stored.Id, limits.FollowUpGroups, decision.At, decision.At + limits.FollowUpWithin, null)
            : null;

    private static (int, int, int, int) Progress(Review review) => (review.Round, review.StageIndex, review.Votes.Count, review.Consents?.Count ?? 0);

    private async Task<ActionDocument> RequireAsync(string actionId, CancellationToken cancellationToken) =>
        await index.GetAsync(actionId, cancellationToken).ConfigureAwait(false)
        ?? throw new PermanentFailureException("document_missing", "The action is not in the index.");
}
