using System.Text.Json;
using Approvals.Ledger.Records;

namespace Approvals.Workflow.Records;

/// <summary>
/// Keeps a decision record within a ledger entry (65,535 bytes of envelope, so about 49,000 of statement) by cutting texts, which are for people, and
/// never what the decision rests on: who voted how, on which view, with which assurance, by which policy. Pure, so that a repeated activity signs
/// the same statement. What was cut ends with an ellipsis.
/// </summary>
internal static class RecordLimits
{
    /// <summary>Of the predicate, as JSON with escapes, which is never shorter than the canonical form.</summary>
    public const int MaxBytes = 47_000;

    private static readonly Func<DecisionPredicate, DecisionPredicate>[] Levels =
    [
        predicate => Texts(predicate, justification: 2_000, target: 4_000),
        predicate => Texts(predicate, justification: 400, target: 2_000),
        predicate => WithoutNames(Texts(predicate, justification: 80, target: 400)),
        predicate => WithoutNames(Texts(predicate, justification: 0, target: 100)) with
        {
            Review = predicate.Review is null ? null : new RecordReview([.. predicate.Review.Stages.Select(stage => stage with { Groups = null })]),
            Policy = predicate.Policy is null ? null : predicate.Policy with { Reason = Cut(predicate.Policy.Reason, 100), Evidence = null },
        },
    ];

    public static DecisionPredicate Fit(DecisionPredicate predicate)
    {
        foreach (Func<DecisionPredicate, DecisionPredicate> level in Levels)
        {
            predicate = level(predicate);
            if (JsonSerializer.SerializeToUtf8Bytes(predicate, RecordJson.Decision).Length <= MaxBytes) break;
        }

        return predicate;
    }

    private static DecisionPredicate Texts(DecisionPredicate predicate, int justification, int target) => predicate with
    {
        Action = predicate.Action with { Target = Cut(predicate.Action.Target, target) },
        Decision = predicate.Decision with { Reason = Cut(predicate.Decision.Reason, 1_000) },
        Votes = [.. predicate.Votes.Select(vote => vote with { Justification = Cut(vote.Justification, justification) })],
        BreakGlass = predicate.BreakGlass is { } broken
            ? broken with { Consents = [.. broken.Consents.Select(vote => vote with { Justification = Cut(vote.Justification, Math.Max(justification, 400)) })] }
            : null,
    };

    private static DecisionPredicate WithoutNames(DecisionPredicate predicate) => predicate with
    {
        Actor = predicate.Actor with { DisplayName = null },
        OnBehalfOf = predicate.OnBehalfOf is { } subject ? subject with { DisplayName = null } : null,
        Owners = [.. predicate.Owners.Select(owner => owner with { DisplayName = null })],
        Votes = [.. predicate.Votes.Select(vote => vote with { Voter = vote.Voter with { DisplayName = null } })],
    };

    private static string? Cut(string? text, int length)
    {
        if (text is null || text.Length <= length) return text;
        int end = length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
