using Approvals.Redaction;

namespace Approvals.Cli.Redact;

/// <summary>Counts of what was found, by file, type and rule, and the first places of each.</summary>
internal sealed class RedactTally
{
    private const int MostPlaces = 4;

    private readonly SortedDictionary<(string File, string Type, string Rule), Entry> _counts = [];

    public IReadOnlyDictionary<(string File, string Type, string Rule), Entry> Counts => _counts;

    public long Bytes { get; set; }

    /// <summary>How many files were read.</summary>
    public int Files { get; set; }

    /// <param name="file">Name of the file.</param>
    /// <param name="findings">What was found in some part of it.</param>
    /// <param name="lines">The line of each; none for a document.</param>
    public void Add(string file, IReadOnlyList<Finding> findings, IReadOnlyList<long> lines)
    {
        for (var i = 0; i < findings.Count; i++)
        {
            var key = (file, findings[i].Type, findings[i].Rule);
            if (!_counts.TryGetValue(key, out var entry)) _counts[key] = entry = new Entry();
            entry.Count++;
            if (entry.Places.Count < MostPlaces) entry.Places.Add(string.Join(' ', lines.Count > 0 ? $"line {lines[i]}" : "", findings[i].Pointer).Trim());
        }
    }

    public IEnumerable<(string Type, int Count)> ByType() => _counts.GroupBy(c => c.Key.Type).Select(g => (g.Key, g.Sum(c => c.Value.Count))).OrderByDescending(t => t.Item2);

    internal sealed class Entry
    {
        public int Count { get; set; }

        /// <summary>"line 3", "/db/password", "line 3 /password": the first few.</summary>
        public List<string> Places { get; } = [];
    }
}
