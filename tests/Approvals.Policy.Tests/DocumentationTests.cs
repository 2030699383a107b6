using System.Text.Json;
using System.Text.RegularExpressions;
using Approvals.Policy.Lint;
using Approvals.Policy.Testing;

namespace Approvals.Policy.Tests;

/// <summary>What the documentation and the samples say works as they say.</summary>
public sealed class DocumentationTests
{
    private static readonly string s_root = Root();

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ApprovalFunctions.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([s_root, .. path]));

    private static string[] Examples() =>
        [.. Regex.Matches(Read("docs", "policy.md"), "```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline | RegexOptions.NonBacktracking).Select(m => m.Groups["yaml"].Value)];

    [Fact]
    public void Complete_example_loads_and_its_tests_pass()
    {
        var report = PolicyTestRun.Run(PolicySet.Load(Examples()[0], "policy.yaml"), PolicyTestFile.Read(Examples()[1], "policy.tests.yaml").Cases);

        Assert.Empty(report.Cases.SelectMany(c => c.Differences));
        Assert.Equal(["staging"], report.Coverage.Where(c => c.Decided == 0).Select(c => c.Rule));
    }

    [Fact]
    public void Complete_example_has_nothing_wrong_with_it() =>
        Assert.DoesNotContain(PolicyLint.Check(PolicySet.Load(Examples()[0], "policy.yaml")), d => d.Severity > DiagnosticSeverity.Note);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Partial_example_loads(int index) => Assert.Empty(PolicySet.Load($"version: 1\nrules: []\n{Examples()[index]}", "p", _ => "lists: {}").RuleIds);

    [Fact]
    public void Sample_policy_is_the_default_and_passes_its_tests()
    {
        Assert.Equal(PolicySet.DefaultYaml, Read("samples", "policies", "default.yaml"));

        var report = PolicyTestRun.Run(PolicySet.Load(PolicySet.DefaultYaml, "default.yaml"), PolicyTestFile.Read(Read("samples", "policies", "default.tests.yaml"), "t").Cases);

        Assert.Empty(report.Cases.SelectMany(c => c.Differences));
        Assert.DoesNotContain(report.Coverage, c => c.Decided == 0);
    }

    [Fact]
    public void Every_code_of_check_is_documented()
    {
        var text = Read("docs", "policy.md");
        var sources = Directory.EnumerateFiles(Path.Combine(s_root, "src", "Approvals.Policy"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}Cel{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText);
        var codes = sources.SelectMany(s => Regex.Matches(s, "(?:\\.Error\\(|Fail\\(|Refuse\\(|\\.Add\\(DiagnosticSeverity\\.[A-Za-z]+, )[^\"\n]*\"(?<code>[a-z][a-z_]+)\"", RegexOptions.NonBacktracking).Select(m => m.Groups["code"].Value))
            .Where(c => !c.StartsWith("cel_", StringComparison.Ordinal)).Distinct().ToList();

        Assert.True(codes.Count > 30);
        Assert.DoesNotContain(codes, code => !text.Contains($"`{code}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Schema_knows_the_keys_that_the_reader_knows()
    {
        using var schema = JsonDocument.Parse(Read("docs", "policy.schema.json"));
        string[] Keys(JsonElement of) => [.. of.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)];
        string[] Known(string yaml, string what) => [.. Rules.Inputs.Refused(yaml).First(d => d.Message.StartsWith(what, StringComparison.Ordinal) && d.Code == "unknown_key").Remedy
            .Replace("Its keys are ", "", StringComparison.Ordinal).TrimEnd('.').Split(", ").Order(StringComparer.Ordinal)];

        Assert.Equal(Keys(schema.RootElement), Known("version: 1\nrules: []\nzzzzzzzzzzzz: 1", "A policy"));
        Assert.Equal(Keys(schema.RootElement.GetProperty("$defs").GetProperty("rule")), Known("version: 1\nrules: [{id: a, when: 'true', verdict: deny, zzzzzzzzzzzz: 1}]", "A rule"));
        Assert.Equal(Keys(schema.RootElement.GetProperty("$defs").GetProperty("stage")),
            Known("version: 1\nrules: []\nplans: {p: {stages: [{groups: [g], timeout: 1h, zzzzzzzzzzzz: 1}]}}", "A stage"));
    }
}
