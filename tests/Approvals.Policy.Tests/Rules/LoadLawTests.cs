using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Policy.Tests.Rules;

public sealed class LoadLawTests
{
    // Pieces that fit together often enough to reach deep into the reader.
    private static readonly string[] s_pieces =
    [
        "version: 1\n", "rules:\n", "  - id: a\n", "    when: ", "\"true\"", "    verdict: review\n", "    review: ", "{groups: [g], timeout: 1h}", "\n", "x", ": ", "- ", "{", "}", "[", "]",
        "\"", "'", "|", ">", "&a", "*a", "!t", "#", "\t", " ", "\u0000", "\ud800", "\"\\ud800\"", "lists: {a: [1, .5, 1e999, ~, {b: c}]}\n", "tables: {a: {b: c}}\n", "plans: {p: {stages: []}}\n",
        "reason: '{{ 1 + }}'", "{{", "}}", "---\n", "...\n", "? ", "%YAML 1.1\n", "<<: ", "filter: 'reviewer.x == 1'", "99999999999999999999d", "\u2028", "\uFEFF",
    ];

    [Fact]
    public void Loading_either_works_or_says_what_is_wrong() => Prop.ForAll(
        Gen.Choose(0, 25).SelectMany(n => Gen.Elements(s_pieces).ArrayOf(n)).Select(string.Concat).ToArbitrary(),
        yaml =>
        {
            try
            {
                return PolicySet.Load(yaml, "p").Digest.StartsWith("sha256:", StringComparison.Ordinal);
            }
            catch (PolicyException e)
            {
                return e.Diagnostics.Count > 0 && e.Code.Length > 0 && e.Diagnostics.All(d => d.Remedy.Length > 0 && d.Line >= 0 && d.Column >= 0);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Default_policy_with_any_one_line_changed_loads_or_says_what_is_wrong()
    {
        var lines = PolicySet.DefaultYaml.Split('\n');
        Prop.ForAll(
            (from line in Gen.Choose(0, lines.Length - 1) from piece in Gen.Elements(s_pieces) from at in Gen.Choose(0, 80) select (line, piece, at)).ToArbitrary(),
            c =>
            {
                var changed = (string[])lines.Clone();
                changed[c.line] = changed[c.line].Insert(Math.Min(c.at, changed[c.line].Length), c.piece);
                try
                {
                    return PolicySet.Load(string.Join('\n', changed), "p").Digest.Length == 71;
                }
                catch (PolicyException e)
                {
                    return e.Diagnostics.Count > 0;
                }
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }
}
