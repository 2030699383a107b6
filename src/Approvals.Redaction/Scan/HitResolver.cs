using Approvals.Redaction.Rules;

namespace Approvals.Redaction.Scan;

/// <summary>
/// Turns raw hits into disjoint findings in text order. Overlapping hits become one span that covers them all, named after the hit of
/// highest rank. INVARIANT: no byte that an accepted hit covered is left outside the result.
/// </summary>
internal static class HitResolver
{
    public static void Resolve(HitBuffer hits, RuleBook rules)
    {
        var items = hits.Items;
        if (!IsSorted(items)) items.Sort(static (x, y) => x.Start != y.Start ? x.Start.CompareTo(y.Start) : y.End.CompareTo(x.End));
        var count = 0;
        for (var i = 0; i < items.Length; i++)
        {
            if (count == 0 || items[i].Start >= items[count - 1].End)
            {
                items[count++] = items[i];
                continue;
            }
            ref var last = ref items[count - 1];
            int rank = rules[items[i].Rule].Rank, lastRank = rules[last.Rule].Rank;
            if (rank > lastRank || (rank == lastRank && items[i].Confidence > last.Confidence))
            {
                last.Rule = items[i].Rule;
                last.Confidence = items[i].Confidence;
            }
            last.End = Math.Max(last.End, items[i].End);
        }
        hits.Truncate(count);
    }

    private static bool IsSorted(ReadOnlySpan<Hit> items)
    {
        for (var i = 1; i < items.Length; i++)
            if (items[i].Start < items[i - 1].Start || (items[i].Start == items[i - 1].Start && items[i].End > items[i - 1].End)) return false;
        return true;
    }
}
