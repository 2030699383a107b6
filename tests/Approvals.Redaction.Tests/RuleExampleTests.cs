using System.Text;

namespace Approvals.Redaction.Tests;

public sealed class RuleExampleTests
{
    private static readonly string[][] Examples = [.. Load()];

    [Fact]
    public void Every_example_of_a_rule_is_found_by_that_rule_and_leaves_no_value()
    {
        var failures = new List<string>();
        foreach (var example in Examples)
        {
            var (rule, text, value) = (example[0], example[1], example[2]);
            var redacted = Redactor.Default.RedactText(text);
            var start = text.IndexOf(value, StringComparison.Ordinal);
            if (!redacted.Findings.Any(f => f.Rule == rule && f.Start <= start && f.End >= start + value.Length) || redacted.Text.Contains(value, StringComparison.Ordinal)) failures.Add(rule);
        }
        Assert.Empty(failures);
    }

    /// <summary>Words are chosen 64 bytes at a time: one that runs over the edge of a block must not be lost.</summary>
    [Fact]
    public void Every_example_is_found_wherever_a_block_of_bytes_begins()
    {
        var failures = new List<string>();
        foreach (var example in Examples)
        {
            // So many line ends in front that no text counts as nothing but a value.
            var expected = Starts(200);
            for (var shift = 1; shift < 64; shift += 7)
            {
                if (Starts(200 + shift).SequenceEqual(expected)) continue;
                failures.Add($"{example[0]} at {shift}");
                break;
            }

            List<(string, int, int)> Starts(int lines) => [.. Redactor.Default.RedactText(new string('\n', lines) + example[1]).Findings.Select(f => (f.Rule, f.Start - lines, f.End - lines))];
        }
        Assert.Empty(failures);
    }

    [Fact]
    public void No_rule_takes_a_placeholder_for_its_value()
    {
        Assert.Empty(Examples.Where(e => Redactor.Default.RedactText(e[3]).Findings.Any(f => f.Rule == e[0])).Select(e => e[0]));
    }

    [Fact]
    public void At_least_four_hundred_rules_have_examples() => Assert.True(Examples.Select(e => e[0]).Distinct(StringComparer.Ordinal).Count() >= 400);

    private static IEnumerable<string[]> Load()
    {
        var assembly = typeof(RuleExampleTests).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".tsv", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            while (reader.ReadLine() is { } line)
                if (line.Length > 0 && line[0] != '#') yield return line.Split('\t');
        }
    }
}
