using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Rules;

public sealed class PolicyLawTests
{
    // Some always match, some never, some by the input, some fail, some fail only for some inputs.
    private static readonly string[] s_conditions =
    [
        "true", "false", "action.type == \"data.export\"", "action.parameters.missing", "action.parameters.rows > 10", "context.a == context.b",
        "findings.exists(f, f.type == \"EMAIL\")", "principal.owners[0].kind == \"human\"", "1 / (context.a - context.a) == 1", "action.target.environment.startsWith(\"prod\")",
        "action.justification.matches(\"^[A-Z]\")", "now > timestamp(\"2026-01-01T00:00:00Z\")",
    ];

    private static readonly string[] s_verdicts = ["allow", "deny", "review"];

    private static Gen<string> Rules(int most) =>
        from count in Gen.Choose(0, most)
        from rules in Gen.Zip(Gen.Elements(s_conditions), Gen.Elements(s_verdicts)).ArrayOf(count)
        select string.Concat(rules.Select((r, i) => Rule($"r{i}", r.Item1, r.Item2)));

    private static Gen<string> Json(int depth) => depth == 0
        ? Gen.Elements("null", "true", "1", "-7", "1.5", "1e300", "9223372036854775808", "\"\"", "\"data.export\"", "\"prod\"", "\"\\ud800\"", "[]", "{}")
        : Gen.OneOf(
            Json(0),
            from items in Json(depth - 1).ArrayOf(3) select $"[{string.Join(',', items)}]",
            from keys in Gen.Elements("a", "b", "type", "parameters", "rows", "target", "environment", "kind", "actor", "owners", "justification").ArrayOf(4)
            from values in Json(depth - 1).ArrayOf(4)
            select "{" + string.Join(',', keys.Zip(values).Select(p => $"\"{p.First}\":{p.Second}")) + "}");

    private static Gen<PolicyInput> AnyInput() =>
        from action in Gen.OneOf(Json(3), Gen.Constant(Of().Action.GetRawText()))
        from principal in Gen.OneOf(Json(2), Gen.Constant(Of().Principal.GetRawText()))
        from context in Json(2)
        from findings in Gen.OneOf(Json(2), Gen.Constant("[" + Finding("EMAIL") + "]"))
        select new PolicyInput(Inputs.Json(action), Inputs.Json(principal), Inputs.Json(context), Inputs.Json(findings), Now);

    private static Gen<PolicyInput> GoodInput() =>
        from a in Gen.Choose(0, 3)
        from b in Gen.Choose(0, 3)
        from email in Gen.Elements("[]", "[" + Finding("EMAIL") + "]")
        from environment in Gen.Elements("""{"environment":"prod"}""", """{"environment":7}""", "{}")
        from rows in Gen.Elements("{}", """{"rows":5}""", """{"rows":50}""")
        select Of($$"""{"type":"data.export","target":{{environment}},"parameters":{{rows}},"justification":"As agreed"}""", findings: email, context: $$"""{"a":{{a}},"b":{{b}}}""");

    private static Gen<string> Mode => Gen.Elements("first-match", "highest-severity");

    [Fact]
    public void Evaluate_never_throws_and_errors_never_allow() => Prop.ForAll(
        (from rules in Rules(6) from mode in Mode from input in AnyInput() select (rules, mode, input)).ToArbitrary(),
        c =>
        {
            var decision = PolicyOf(c.rules.Length == 0 ? "  []" : c.rules, c.mode).Evaluate(c.input);
            return (decision.Error is null || decision.Verdict == PolicyVerdict.Deny)
                && decision.Plan is null == (decision.Verdict != PolicyVerdict.Review)
                && decision.Reason.Length is > 0 and <= 1_200;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Adding_a_deny_rule_only_ever_denies_more() => Prop.ForAll(
        (from rules in Rules(5)
         from mode in Mode
         from input in GoodInput()
         from condition in Gen.Elements(s_conditions)
         from first in Gen.Elements(true, false)
         select (rules, mode, input, deny: Rule("added", condition, "deny"), first)).ToArbitrary(),
        c =>
        {
            var before = PolicyOf(c.rules.Length == 0 ? "  []" : c.rules, c.mode).Evaluate(c.input);
            var after = PolicyOf(c.first ? c.deny + c.rules : c.rules + c.deny, c.mode).Evaluate(c.input);
            return after.Verdict == PolicyVerdict.Deny || after.Verdict == before.Verdict;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_a_type_guard_rules_out_evaluates_to_false()
    {
        string[] parts =
        [
            "action.type == \"a\"", "\"a.b\" == action.type", "action.type in [\"a\", \"b\"]", "action.type.startsWith(\"a.\")", "action.type != \"a\"", "action.parameters.missing",
            "action.?type.orValue(\"\") == \"a\"", "(action.type == \"b\" || context.a == 1)", "!(action.type == \"a\")", "findings.size() == 0", "true",
        ];
        Prop.ForAll(
            (from count in Gen.Choose(1, 3)
             from conjuncts in Gen.Elements(parts).ArrayOf(count)
             from type in Gen.Elements("\"a\"", "\"b\"", "\"a.b\"", "\"c\"", "1", "null")
             select (when: string.Join(" && ", conjuncts), type)).ToArbitrary(),
            c =>
            {
                var rule = PolicyOf(Rule("r", c.when, "allow")).Document.Rules[0];
                var activation = Approvals.Policy.Rules.Activation.Of(Of($$"""{ "type": {{c.type}}, "parameters": { } }"""), PolicyOf("  []").Document.Data);
                return Approvals.Policy.Rules.TypeGuard.TypeOf(activation) is not { } type || rule.Guard?.RulesOut(type) != true
                    || rule.When.Program.EvaluateCondition(activation, 100_000, out _) == false;
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Order_of_deny_rules_does_not_change_the_verdict() => Prop.ForAll(
        (from rules in Rules(5) from mode in Mode from input in GoodInput() from a in Gen.Elements(s_conditions) select (rules, mode, input, a)).ToArbitrary(),
        c =>
        {
            var deny = Rule("moved", c.a, "deny");
            return PolicyOf(deny + c.rules, c.mode).Evaluate(c.input).Verdict == PolicyOf(c.rules + deny, c.mode).Evaluate(c.input).Verdict;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Modes_agree_on_what_is_denied_where_nothing_fails() => Prop.ForAll(
        (from count in Gen.Choose(0, 5)
         from rules in Gen.Zip(Gen.Elements("true", "false", "context.a == context.b"), Gen.Elements(s_verdicts)).ArrayOf(count)
         from input in GoodInput()
         select (rules: string.Concat(rules.Select((r, i) => Rule($"r{i}", r.Item1, r.Item2))), input)).ToArbitrary(),
        c =>
        {
            var rules = c.rules.Length == 0 ? "  []" : c.rules;
            return (PolicyOf(rules).Evaluate(c.input).Verdict == PolicyVerdict.Deny) == (PolicyOf(rules, "highest-severity").Evaluate(c.input).Verdict == PolicyVerdict.Deny);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Decision_round_trips_as_json() => Prop.ForAll(Decisions().ToArbitrary(), decision =>
    {
        foreach (var options in new[] { JsonSerializerOptions.Default, JsonSerializerOptions.Web })
        {
            var json = JsonSerializer.Serialize(decision, options);
            var back = JsonSerializer.Deserialize<PolicyDecision>(json, options)!;
            if (JsonSerializer.Serialize(back, options) != json || back.Plan?.Stages.Count != decision.Plan?.Stages.Count)
                return false;
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Assurance_and_verdict_are_written_in_their_wire_words()
    {
        Assert.Equal("idp+mfa", JsonSerializer.SerializeToElement(Assurance.IdpMfa).GetString());
        Assert.Equal("review", JsonSerializer.SerializeToElement(PolicyVerdict.Review).GetString());
    }

    private static Gen<PolicyDecision> Decisions()
    {
        var duration = Gen.Choose(1, 90 * 86_400).Select(s => TimeSpan.FromSeconds(s));
        var text = Gen.Elements("", "a", "päta 😀", "\"\\", "data-owners");
        var texts = text.ArrayOf(3);
        var assurance = Gen.Elements(Enum.GetValues<Assurance>());
        var stage =
            from name in text
            from groups in texts
            from quorum in Gen.Choose(1, 5)
            from timeout in duration
            from reminders in duration.ArrayOf(2)
            from escalation in Gen.OneOf(Gen.Constant<Escalation?>(null), from after in duration from g in texts select (Escalation?)new Escalation(after, g))
            from minimum in assurance
            from ticket in Gen.OneOf(Gen.Constant<string?>(null), text.Select(t => (string?)t))
            from flag in Gen.Elements(true, false)
            select new ReviewStage(name, groups, quorum, timeout)
            {
                Reminders = reminders, Escalation = escalation, MinimumAssurance = minimum, TicketPattern = ticket, Filter = ticket, OneFromEachGroup = flag,
                Excluded = flag ? [] : [new PersonRef("i", name)], Hours = flag ? null : [new OpenWindow(Now, Now + timeout)], DenyThreshold = quorum, MinimumJustification = quorum * 3,
            };
        return from verdict in Gen.Elements(Enum.GetValues<PolicyVerdict>())
               from rule in Gen.OneOf(Gen.Constant<string?>(null), text.Select(t => (string?)t))
               from reason in text
               from stages in stage.ArrayOf(2)
               from risk in Gen.Choose(0, 100)
               from evidence in texts
               from minimum in assurance
               select new PolicyDecision(verdict, rule, reason, "sha256:00", verdict == PolicyVerdict.Review ? new ReviewPlan(stages) : null)
               {
                   Error = rule, RiskScore = risk, Evidence = evidence, Obligations = risk % 2 == 0 ? null : new Obligations(minimum, risk, rule),
               };
    }
}
