using System.CommandLine;
using System.Text.Json;
using Approvals.Cli.Policy;

namespace Approvals.Cli.Tests.Policy;

public sealed class PolicyCommandTests : IDisposable
{
    private const string Good = """
        version: 1
        rules:
          - {id: ci, when: action.type == "ci.run", verdict: allow}
          - {id: ask, when: action.type == "data.export", verdict: review, review: {groups: [owners], timeout: 1h}}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("approvals-policy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var configuration = new InvocationConfiguration { Output = new StringWriter(), Error = new StringWriter() };
        var code = PolicyCommand.Create().Parse(arguments).Invoke(configuration);
        return (code, configuration.Output.ToString()!, configuration.Error.ToString()!);
    }

    [Fact]
    public void Check_of_a_sound_policy_says_so_without_colours_in_a_pipe()
    {
        var (code, output, _) = Run("check", Write("p.yaml", Good));

        Assert.Equal(0, code);
        Assert.StartsWith("ok ", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public void Check_shows_the_line_a_caret_and_the_remedy_and_exits_with_1()
    {
        var path = Write("p.yaml", "version: 1\nruels: []\nrules: []\n");

        var (code, output, _) = Run("check", path);

        Assert.Equal(1, code);
        Assert.Contains($"{path}:2:1: error unknown_key", output, StringComparison.Ordinal);
        Assert.Contains("  | ruels: []\n  | ^\n  → Did you mean `rules`?", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_finds_people_that_are_not_there()
    {
        var people = Write("people.yaml", "people:\n  - {subject: a, groups: [others]}\n");

        var (code, output, _) = Run("check", Write("p.yaml", Good), "--directory", people, "--json");

        Assert.Equal(1, code);
        Assert.Equal("empty_group", JsonDocument.Parse(output).RootElement[0].GetProperty("code").GetString());
    }

    [Fact]
    public void Check_writes_sarif_to_a_file_or_to_standard_output_alone()
    {
        var policy = Write("p.yaml", "version: 1\nrules: [{id: a, when: 'true', verdict: allow}]\n");
        var sarif = Path.Combine(_folder, "out.sarif");

        Assert.Equal(1, Run("check", policy, "--sarif", sarif).Code);
        var (_, output, _) = Run("check", policy, "--sarif", "-");

        Assert.Equal("fails_open", JsonDocument.Parse(File.ReadAllText(sarif)).RootElement.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("ruleId").GetString());
        Assert.Equal("2.1.0", JsonDocument.Parse(output).RootElement.GetProperty("version").GetString());
    }

    [Fact]
    public void File_that_cannot_be_read_is_wrong_use()
    {
        var (code, _, error) = Run("check", Path.Combine(_folder, "absent.yaml"));

        Assert.Equal(2, code);
        Assert.Contains("absent.yaml", error, StringComparison.Ordinal);
        Assert.Equal(2, Run("explain", Write("a.json", "not json"), "--policy", Write("p.yaml", Good)).Code);
    }

    [Fact]
    public void Test_names_what_differs_and_which_rules_no_case_decides_by()
    {
        var policy = Write("p.yaml", Good);
        Write("p.tests.yaml", "cases:\n  - {name: runs, action: {type: ci.run}, expect: {verdict: review}}\n");

        var (code, output, _) = Run("test", policy);

        Assert.Equal(1, code);
        Assert.Contains("FAIL runs", output, StringComparison.Ordinal);
        Assert.Contains("verdict\n         - review  expected\n         + allow  decided", output, StringComparison.Ordinal);
        Assert.Contains("no case is decided by ask", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_redacts_the_request_before_it_shows_anything_of_it()
    {
        var policy = Write("p.yaml", "version: 1\nrules:\n  - {id: r, when: 'action.parameters.mail == \"\" || findings.exists(f, f.type == \"EMAIL\")', verdict: deny, reason: \"To {{ action.parameters.mail }}\"}\n");
        var request = Write("r.json", """{"type":"email.send","target":{},"parameters":{"mail":"marta.kowalczyk@posteo.de"}}""");

        var (code, output, _) = Run("explain", request, "--policy", policy);

        Assert.Equal(0, code);
        Assert.Contains("← decides", output, StringComparison.Ordinal);
        Assert.DoesNotContain("marta", output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Simulate_shows_what_would_change()
    {
        var past = Write("past.jsonl", """
            {"id":"1","at":"2026-11-01T10:00:00Z","action":{"type":"ci.run","target":{},"parameters":{}},"principal":{"actor":{"kind":"service"}},"context":{},"findings":[],"verdict":"review","rule":"old"}
            {"id":"2","at":"2026-11-02T10:00:00Z","action":{"type":"data.export","target":{},"parameters":{}},"principal":{"actor":{"kind":"service"}},"context":{},"findings":[],"verdict":"review","rule":"ask"}
            """);
        var policy = Write("p.yaml", Good);

        var (code, output, _) = Run("simulate", past, "--policy", policy);
        var json = JsonDocument.Parse(Run("simulate", past, "--policy", policy, "--json").Output).RootElement;

        Assert.Equal(0, code);
        Assert.Contains("review old → allow  ci", output, StringComparison.Ordinal);
        Assert.Contains("2 actions, 1 would change", output, StringComparison.Ordinal);
        Assert.Equal("1", Assert.Single(json.GetProperty("changes").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(2, Run("simulate", Write("bad.jsonl", "{\"id\":1}"), "--policy", policy).Code);
    }

    [Fact]
    public void Init_writes_a_policy_that_passes_its_tests_and_overwrites_nothing()
    {
        var folder = Path.Combine(_folder, "new");

        Assert.Equal(0, Run("init", folder).Code);
        Assert.Equal(0, Run("check", Path.Combine(folder, "policy.yaml")).Code);
        Assert.Equal(0, Run("test", Path.Combine(folder, "policy.yaml")).Code);
        File.WriteAllText(Path.Combine(folder, "policy.yaml"), "mine");
        Assert.Equal(2, Run("init", folder).Code);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(folder, "policy.yaml")));
    }
}
