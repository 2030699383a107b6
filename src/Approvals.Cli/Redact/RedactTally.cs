using Approvals.Redaction;

namespace Approvals.Cli.Redact;

/// <summary>Counts of what was found, by file, type and rule.</summary>
internal sealed class RedactTally
{
    private readonly SortedDictionary<(string File, string Type, string Rule), int> _counts = [];

    public IReadOnlyDictionary<(string File, string Type, string Rule), int> Counts => _counts;

    public long Bytes { get; set; }

    public void Add(string file, IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            var key = (file, finding.Type, finding.Rule);
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
        }
    }

    public IEnumerable<(string Type, int Count)> ByType() => _counts.GroupBy(c => c.Key.Type).Select(g => (g.Key, g.Sum(c => c.Value))).OrderByDescending(t => t.Item2);
}
