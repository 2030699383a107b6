using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Testing;

/// <summary>One case: an input, and what the decision on it must be.</summary>
public sealed class PolicyTestCase
{
    internal PolicyTestCase(string name, int line, PolicyInput input, YamlMapping expected) =>
        (Name, Line, Input, Expected) = (name, line, input, expected);

    public string Name { get; }

    /// <summary>Where it begins in its file.</summary>
    public int Line { get; }

    public PolicyInput Input { get; }

    internal YamlMapping Expected { get; }
}

/// <summary>A file of test cases that stands beside a policy: <c>NAME.tests.yaml</c>. docs/policy.md describes it.</summary>
public sealed class PolicyTestFile
{
    private const int MaximumCases = 5_000;

    private static readonly DateTimeOffset s_defaultNow = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private PolicyTestFile(string? policy, IReadOnlyList<PolicyTestCase> cases)
    {
        Policy = policy;
        Cases = cases;
    }

    /// <summary>The policy file it tests, relative to its own folder, where it names one.</summary>
    public string? Policy { get; }

    public IReadOnlyList<PolicyTestCase> Cases { get; }

    /// <exception cref="PolicyException">It is not such a file.</exception>
    public static PolicyTestFile Read(string yaml, string sourceName)
    {
        var diagnostics = new DiagnosticList(sourceName);
        string? policy = null;
        var cases = new List<PolicyTestCase>();
        if (YamlKeys.Of(YamlReader.Read(yaml, diagnostics), "A test file", diagnostics) is { } root)
        {
            policy = root.Text("policy");
            foreach (var node in root.Items("cases", MaximumCases, required: true))
            {
                if (YamlKeys.Of(node, "A case", diagnostics) is { } keys && Case(keys) is { } read)
                    cases.Add(read);
            }
            root.Finish();
        }
        diagnostics.ThrowIfErrors();
        return new PolicyTestFile(policy, cases);
    }

    private static PolicyTestCase? Case(YamlKeys keys)
    {
        var name = keys.Text("name", required: true);
        var action = Action(keys);
        var principal = Principal(keys);
        var context = keys.Get("context") is { } node ? YamlJson.Element(node) : JsonSerializer.SerializeToElement(new { });
        var findings = Findings(keys);
        var now = Now(keys);
        var expected = keys.Require("expect");
        keys.Finish();
        if (expected is not null && expected is not YamlMapping)
            keys.Diagnostics.Error(expected, "wrong_type", $"`expect` must be a mapping, but here is {expected.Kind}.", "Write for example `expect: {verdict: deny}`.");
        if (expected is YamlMapping mapping)
            DecisionView.CheckKeys(mapping, keys.Diagnostics);
        return name is null || action is null || expected is not YamlMapping wanted
            ? null
            : new PolicyTestCase(name, keys.Node.Line, new PolicyInput(action.Value, principal, context, findings, now), wanted);
    }

    /// <summary>An action as it is submitted; what it leaves out is empty.</summary>
    private static JsonElement? Action(YamlKeys keys)
    {
        if (keys.Require("action") is not { } node || YamlKeys.Of(node, "`action`", keys.Diagnostics) is not { } action)
            return null;
        var result = new JsonObject
        {
            ["type"] = action.Text("type", required: true),
            ["target"] = action.Get("target") is { } target ? YamlJson.Node(target) : new JsonObject(),
            ["parameters"] = action.Get("parameters") is { } parameters ? YamlJson.Node(parameters) : new JsonObject(),
            ["audience"] = action.Text("audience"),
            ["justification"] = action.Text("justification") ?? "",
        };
        action.Finish();
        return JsonSerializer.SerializeToElement(result);
    }

    /// <summary>Either a whole <c>principal</c>, or <c>actor</c> with the kind alone.</summary>
    private static JsonElement Principal(YamlKeys keys)
    {
        var kind = keys.Text("actor");
        if (keys.Get("principal") is not { } node)
            return JsonSerializer.SerializeToElement(new { actor = Person(kind ?? "service"), onBehalfOf = (object?)null, owners = Array.Empty<object>() });
        if (kind is not null)
            keys.Diagnostics.Error(node, "duplicate_key", "`actor` and `principal` both say who asks.", "Keep one of them.");
        var given = YamlJson.Node(node) as JsonObject ?? [];
        return JsonSerializer.SerializeToElement(new JsonObject
        {
            ["actor"] = Filled(given["actor"], "service"),
            ["onBehalfOf"] = given["onBehalfOf"] is null ? null : Filled(given["onBehalfOf"], "human"),
            ["owners"] = new JsonArray([.. (given["owners"] as JsonArray ?? []).Select(owner => (JsonNode?)Filled(owner, "human"))]),
        });
    }

    private static JsonObject Person(string kind) => new()
    {
        ["kind"] = kind, ["issuer"] = "test", ["subject"] = "test-" + kind, ["displayName"] = "test " + kind, ["groups"] = new JsonArray(),
    };

    private static JsonObject Filled(JsonNode? given, string kind)
    {
        var person = Person((given as JsonObject)?["kind"]?.ToString() ?? kind);
        foreach (var (key, value) in given as JsonObject ?? [])
            person[key] = value?.DeepClone();
        return person;
    }

    /// <summary>A bare word is a finding of that type.</summary>
    private static JsonElement Findings(YamlKeys keys)
    {
        var findings = new JsonArray();
        foreach (var node in keys.Items("findings", 10_000))
        {
            var finding = new JsonObject { ["type"] = "", ["rule"] = "test", ["pointer"] = "/parameters", ["confidence"] = 1.0, ["operator"] = "remove" };
            foreach (var (key, value) in YamlJson.Node(node) as JsonObject ?? new JsonObject { ["type"] = (node as YamlScalar)?.Text })
                finding[key] = value?.DeepClone();
            findings.Add((JsonNode)finding);
        }
        return JsonSerializer.SerializeToElement(findings);
    }

    private static DateTimeOffset Now(YamlKeys keys)
    {
        if (keys.Scalar("now") is not { } scalar)
            return s_defaultNow;
        if (DateTimeOffset.TryParse(scalar.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var now))
            return now;
        keys.Diagnostics.Error(scalar, "wrong_time", $"`{scalar.Text}` is not a time.", "Write for example `now: 2026-11-20T10:00:00Z`.");
        return s_defaultNow;
    }
}
