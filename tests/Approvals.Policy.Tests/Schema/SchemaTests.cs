using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Policy.Lint;
using Approvals.Policy.Testing;

namespace Approvals.Policy.Tests.Schema;

/// <summary>The published JSON Schemas, and what we write for others, judged by somebody else's validator.</summary>
public sealed class SchemaTests
{
    private const string Policies = "docs/policy.schema.json";
    private const string Tests = "docs/policy-tests.schema.json";
    private const string SarifLog = "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";

    private static readonly string[] s_broken =
    [
        "rules: []",
        "version: 2\nrules: []",
        "version: 1",
        "version: 1\nrules: {}",
        "version: 1\nrulez: []\nrules: []",
        "version: 1\nmode: best\nrules: []",
        "version: 1\nonChange: forget\nrules: []",
        "version: 1\nchangedBy: {subject: a}\nrules: []",
        "version: 1\nlists: {a b: []}\nrules: []",
        "version: 1\ndata: ../a.yaml\nrules: []",
        "version: 1\ndata: [a.yaml, a.yaml]\nrules: []",
        "version: 1\nlists: {a: 1}\nrules: []",
        "version: 1\nfreezes: {f: {zone: UTC, from: tomorrow, until: 2026-01-01}}\nrules: []",
        "version: 1\ncalendars: {c: {zone: UTC, hours: {moon: \"09:00-17:00\"}}}\nrules: []",
        "version: 1\ncalendars: {c: {zone: UTC, hours: {mon: \"9-17\"}}}\nrules: []",
        "version: 1\nplans: {p: {groups: [g]}}\nrules: []",
        "version: 1\nplans: {p: {stages: []}}\nrules: []",
        "version: 1\nplans: {p: {groups: [], timeout: 1h}}\nrules: []",
        "version: 1\nplans: {p: {groups: [g, g], timeout: 1h}}\nrules: []",
        "version: 1\nplans: {p: {groups: [g], timeout: 1 hour}}\nrules: []",
        "version: 1\nplans: {p: {groups: [g], timeout: 1h, quorum: 0}}\nrules: []",
        "version: 1\nplans: {p: {groups: [g], timeout: 1h, quorum: two}}\nrules: []",
        "version: 1\nplans: {p: {groups: [g], timeout: 1h, assurance: mfa}}\nrules: []",
        "version: 1\nplans: {p: {groups: [g], timeout: 1h, escalation: {groups: [h]}}}\nrules: []",
        "version: 1\nplans: {p: {groups: [g], timeout: 1h, oneFromEachGroup: maybe}}\nrules: []",
        "version: 1\nrules: [{id: a, verdict: deny}]",
        "version: 1\nrules: [{when: 'true', verdict: deny}]",
        "version: 1\nrules: [{id: a, when: 'true'}]",
        "version: 1\nrules: [{id: a, when: 'true', verdict: perhaps}]",
        "version: 1\nrules: [{id: a b, when: 'true', verdict: deny}]",
        "version: 1\nrules: [{id: a, when: 'true', verdict: deny, colour: red}]",
        "version: 1\nrules: [{id: a, when: 'true', verdict: deny, risk: 101}]",
        "version: 1\nrules: [{id: a, when: 'true', verdict: review}]",
        "version: 1\nrules: [{id: a, when: 'true', verdict: deny, review: {groups: [g], timeout: 1h}}]",
        "version: 1\nrules: [{id: a, when: 'true', verdict: deny, obligations: {justification: 5}}]",
        "version: 1\nrules: [{id: a, when: 'true', verdict: review, review: {groups: [g], timeout: 1h}, obligations: {justification: -5}}]",
        "version: 1\nbreakGlass: {groups: [g], types: [a.b]}\nrules: []",
        "version: 1\nbreakGlass: {groups: [g], types: [\"*\"], followUp: {groups: [h], within: 2d}}\nrules: []",
        "version: 1\nstandingApprovals: {types: [a], maximumUses: 0, longest: 1d}\nrules: []",
        "version: 1\ndelegation: {longest: forever}\nrules: []",
        "version: 1\ndelegation: {}\nrules: []",
    ];

    private static readonly string[] s_brokenTests =
    [
        "policy: a.yaml",
        "cases: [{name: a, action: {type: x}}]",
        "cases: [{name: a, expect: {verdict: deny}}]",
        "cases: [{name: a, action: {typ: x}, expect: {}}]",
        "cases: [{name: a, action: {type: x}, expect: {verdit: deny}}]",
        "cases: [{name: a, action: {type: x}, expect: allow}]",
        "cases: [{name: a, action: {type: x}, expect: {review: {quorom: 1}}}]",
        "cases: [{name: a, action: {type: x}, expect: {review: {stages: [{quorom: 1}]}}}]",
        "cases: [{name: a, action: {type: x}, actor: agent, principal: {}, expect: {}}]",
        "cases: [{name: a, action: {type: x}, findings: EMAIL, expect: {}, else: 1}]",
    ];

    [Fact]
    public void Every_policy_that_is_published_is_valid()
    {
        string[] policies = [PolicySet.DefaultYaml, PolicyStarter.Policy, .. Examples("version: 1")];
        Assert.True(policies.Length >= 3);
        Assert.All(Judge(Policies, policies), Assert.Null);
        Assert.All(policies, policy => PolicySet.Load(policy, "p"));
    }

    [Fact]
    public void Every_test_file_that_is_published_is_valid()
    {
        string[] files = [PolicyStarter.Tests, Read("samples/policies/default.tests.yaml"), .. Examples("cases:")];
        Assert.True(files.Length >= 3);
        Assert.All(Judge(Tests, files), Assert.Null);
        Assert.All(files, file => PolicyTestFile.Read(file, "t"));
    }

    [Fact]
    public void What_the_schema_refuses_does_not_load_either()
    {
        string?[] verdicts = Judge(Policies, s_broken);
        Assert.DoesNotContain(s_broken.Zip(verdicts), judged => judged.Second is null);
        Assert.DoesNotContain(s_broken, Loads);
    }

    [Fact]
    public void What_the_schema_of_tests_refuses_is_not_read_either()
    {
        string?[] verdicts = Judge(Tests, s_brokenTests);
        Assert.DoesNotContain(s_brokenTests.Zip(verdicts), judged => judged.Second is null);
        Assert.All(s_brokenTests, text => Assert.Throws<PolicyException>(() => PolicyTestFile.Read(text, "t")));
    }

    [Fact]
    public void Sarif_of_every_finding_is_valid()
    {
        string[] logs =
        [
            Sarif.Write([]),
            .. s_broken.Select(text => Sarif.Write(Rules.Inputs.Refused(text))),
            Sarif.Write(PolicyLint.Check(PolicySet.Load("version: 1\nlists: {unused: [1]}\nrules: [{id: a, when: 'true', verdict: allow}]", "folder with space/p#1.yaml"))),
        ];
        Assert.All(Judge(SarifLog, logs), Assert.Null);
    }

    private static bool Loads(string policy)
    {
        try
        {
            PolicySet.Load(policy, "p");
            return true;
        }
        catch (PolicyException)
        {
            return false;
        }
    }

    /// <summary>The complete YAML files in docs/policy.md.</summary>
    private static IEnumerable<string> Examples(string beginning) => Read("docs/policy.md").Split("```yaml\n").Skip(1).Select(part => part[..part.IndexOf("```", StringComparison.Ordinal)])
        .Where(text => text.Split('\n').Any(line => line.StartsWith(beginning, StringComparison.Ordinal)));

    /// <summary>For each document null, or what is wrong with it.</summary>
    private static string?[] Judge(string schema, string[] documents)
    {
        string tools = Path.Combine(Root(), "tests", "tools");
        if (!Directory.Exists(Path.Combine(tools, "node_modules", "ajv")))
        {
            const string reason = "The npm packages of tests/tools are not installed (npm ci --prefix tests/tools).";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("APPROVALS_REQUIRE_TOOLS") == "1", reason);
            Assert.Fail(reason);
        }

        var input = new JsonObject
        {
            ["schema"] = schema.StartsWith('@') ? schema : JsonNode.Parse(Read(schema)),
            ["documents"] = new JsonArray([.. documents.Select(document => JsonValue.Create(document))]),
        };
        using var process = Process.Start(new ProcessStartInfo("node", ["judge-json.mjs"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = tools,
            StandardInputEncoding = new UTF8Encoding(false),
        })!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input.ToJsonString());
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.GetAwaiter().GetResult());
        return JsonSerializer.Deserialize<string?[]>(output)!;
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root(), path));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
