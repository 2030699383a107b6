namespace Approvals.Policy.Yaml;

/// <summary>"Did you mean": the nearest known word by Levenshtein distance, where one is near enough to be meant.</summary>
internal static class Suggestion
{
    private const int LongestWord = 64;

    public static string? For(string word, IEnumerable<string> known)
    {
        if (word.Length > LongestWord)
            return null;
        string? best = null;
        var bestDistance = Math.Max(2, word.Length / 3) + 1;
        foreach (var candidate in known)
        {
            var distance = Distance(Fold(word), Fold(candidate));
            if (distance < bestDistance && candidate.Length <= LongestWord)
                (best, bestDistance) = (candidate, distance);
        }
        return best is null ? null : $"Did you mean `{best}`?";
    }

    private static string Fold(string word) => word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = cost;
            }
        }
        return row[b.Length];
    }
}
