using System.Globalization;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Notifications.Messages;

/// <summary>A labelled line. <paramref name="Value"/> may be somebody else's text: one line, literal.</summary>
public sealed record MessageFact(string Label, string Value);

/// <summary>
/// What a message for people says, whatever chat it is for: what, who, why, risk, masked parameters, deadline. Chats lay it out and escape it.
/// </summary>
public sealed record ReviewMessage(string Title, IReadOnlyList<MessageFact> Facts, IReadOnlyList<ViewPart> Parts, Uri Url)
{
    private const int MaxName = 120;
    private const int MaxReason = 300;

    /// <summary>Whether a vote from a chat is worth enough for this stage.</summary>
    public bool TakesChatVotes { get; private init; }

    public DateTimeOffset? Deadline { get; private init; }

    /// <summary>Whether the stage asks no more.</summary>
    public bool IsOver { get; private init; }

    /// <summary>For the stage that is open.</summary>
    public static ReviewMessage Asking(NoticeKind kind, ActionDocument document, ReviewPages pages)
    {
        Review review = document.Review!;
        ReviewStage stage = review.Stage;
        string title = kind switch
        {
            NoticeKind.Reminder => "Still waits for your decision",
            NoticeKind.Escalated => "Late, waits for your decision",
            _ => "Waits for your decision",
        };

        // INVARIANT: where policy wants a sign-in before anybody sees the request, no chat is told what it holds.
        bool tellsContent = stage.MinimumAssurance <= Assurance.Chat;
        var facts = new List<MessageFact> { new("Requested by", Who(document.Request.Chain.Actor)) };
        if (document.Request.Chain.OnBehalfOf is { } subject) facts.Add(new MessageFact("On behalf of", Who(subject)));
        if (document.Request.Chain.Owners.Count > 0)
            facts.Add(new MessageFact("Answers for it", ViewText.Line(string.Join(", ", document.Request.Chain.Owners.Select(owner => owner.DisplayName)), MaxName)));
        facts.Add(new MessageFact("Risk", document.Policy is { } policy ? $"{policy.RiskScore} of 100" : "unknown"));
        facts.Add(new MessageFact("Stage", $"{ViewText.Line(stage.Name, MaxName)} ({review.StageIndex + 1} of {review.Plan.Stages.Count}), {review.Approvals} of {stage.Quorum} approvals"));
        if (tellsContent)
        {
            facts.Add(new MessageFact("Why it needs you", ViewText.Line(document.Policy?.Reason ?? "", MaxReason)));
            facts.Add(new MessageFact("Masked", Masked(document)));
        }

        return new ReviewMessage($"{title}: {document.Request.Type}", facts, tellsContent ? ViewText.Of(document.View!) : [], pages.Of(document.Id))
        {
            TakesChatVotes = tellsContent,
            Deadline = review.Deadline,
        };
    }

    /// <summary>For a stage that asks no more: the action is decided, or another stage has begun.</summary>
    public static ReviewMessage Closed(int round, int stage, ActionDocument document, ReviewPages pages)
    {
        bool isSameRound = document.Review is { } review && review.Round == round;
        var facts = new List<MessageFact> { new("Requested by", Who(document.Request.Chain.Actor)) };
        if (document.Decision is { } decision)
        {
            facts.Add(new MessageFact("Decision", $"{decision.Outcome.ToString().ToLowerInvariant()} at {Utc(decision.At)}"));
            facts.Add(new MessageFact("Reason", ViewText.Line(decision.Reason, MaxReason)));
        }

        foreach (CountedVote vote in document.Review?.Votes.Where(vote => document.IsTerminal || (isSameRound && vote.Stage == stage)) ?? [])
            facts.Add(new MessageFact(vote.Vote.Verdict == Verdict.Approve ? "Approved by" : "Denied by", ViewText.Line(vote.Vote.Voter.DisplayName + (vote.For is { } absent ? $", standing in for {absent.Subject}" : ""), MaxName)));
        string outcome = document.IsTerminal ? document.Status.ToString() : isSameRound ? "Another stage has begun" : "Policy has changed and asks anew";
        return new ReviewMessage($"{outcome}: {document.Request.Type}", facts, [], pages.TimelineOf(document.Id)) { IsOver = true };
    }

    public static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Who(Principal principal) => ViewText.Line($"{principal.DisplayName} ({principal.Kind.ToString().ToLowerInvariant()} {principal.Subject})", MaxName);

    private static string Masked(ActionDocument document)
    {
        IEnumerable<string> types = document.View!.Findings.GroupBy(finding => finding.Type).OrderBy(type => type.Key, StringComparer.Ordinal).Select(type => $"{type.Key} ×{type.Count()}");
        string list = string.Join(", ", types);
        return list.Length == 0 ? "nothing" : ViewText.Line(list, MaxReason);
    }
}
