using System.Text.Json;
using Approvals.Policy.Cel;

namespace Approvals.Policy.Tests.Cel;

/// <summary>The cost limit ends what would take too long; what is plain allocates nothing.</summary>
public sealed class CostTests
{
    private static string Doubling(string start, int times, Func<string, string> twice) =>
        $"cel.block([{start}, {string.Join(", ", Enumerable.Range(0, times).Select(i => twice($"cel.index({i})")))}], ";

    public static TheoryData<string> Hostile()
    {
        const string range = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
        var nestedLoops = string.Concat(Enumerable.Range(0, 7).Select(i => $"{range}.all(v{i}, ")) + "true" + new string(')', 7);
        var nestedMaps = string.Concat(Enumerable.Range(0, 7).Select(i => $"{range}.map(v{i}, ")) + "'x'" + new string(')', 7);
        return
        [
            nestedLoops,
            nestedMaps,
            nestedLoops.Replace("true", "1 / 0 == 1", StringComparison.Ordinal),
            Doubling("'aaaaaaaa'", 40, x => $"{x} + {x}") + "cel.index(40).size())",
            Doubling("[1]", 40, x => $"{x} + {x}") + "cel.index(40).size())",
            Doubling("[1]", 60, x => $"[{x}, {x}]") + "cel.index(60) == cel.index(60))",
            Doubling("[1]", 60, x => $"[{x}, {x}]") + "'%s'.format([cel.index(60)]))",
            Doubling("'a'", 16, x => $"{x} + {x}") + "cel.index(16).replace('', cel.index(16)))",
            Doubling("'a'", 16, x => $"{x} + {x}") + "cel.index(16).split('').map(x, cel.index(16).split('')))",
            Doubling("'a'", 14, x => $"{x} + {x}") + $"cel.index(14).matches('(a?){{500}}a{{500}}(x+x+)+y'))",
            nestedLoops.Replace("true", "'%.1000f'.format([1e-300]) != ''", StringComparison.Ordinal),
            nestedLoops.Replace("true", "'a'.matches('(?i)[^a]{1,500}' + string(v0)) || true", StringComparison.Ordinal),
        ];
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_expression_is_stopped_by_the_cost_limit(string source) => Assert.Equal("cost_exceeded", CelEval.ErrorOf(source));

    [Fact]
    public void Cost_limit_is_not_absorbed_by_logic()
    {
        var environment = new CelEnvironment(new Dictionary<string, CelType>());
        var program = environment.Compile("[1, 2, 3].all(x, x > 0) || true");
        Assert.True(program.Evaluate(new CelActivation(environment)).AsBool());
        var e = Assert.Throws<CelEvaluationException>(() => program.Evaluate(new CelActivation(environment), 3));
        Assert.Equal("cost_exceeded", e.Code);
    }

    [Fact]
    public void Conditions_over_json_allocate_nothing()
    {
        var environment = new CelEnvironment(new Dictionary<string, CelType> { ["action"] = CelType.JsonObject, ["now"] = CelType.Timestamp });
        using var document = JsonDocument.Parse("""
            {"type":"data.export","actor":{"kind":"agent","groups":["a","b"]},"parameters":{"rows":120000,"to":"s3://x/y","a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7}}
            """);
        var activation = new CelActivation(environment)
        {
            ["action"] = CelValue.FromJson(document.RootElement),
            ["now"] = CelValue.Of(DateTimeOffset.UnixEpoch),
        };
        CelProgram[] programs =
        [
            .. new[]
            {
                "action.type == 'data.export' && action.parameters.rows > 100000",
                "action.actor.groups.exists(g, g in ['admins', 'b']) && !has(action.parameters.z)",
                "action.parameters.to.startsWith('s3://') && action.parameters.to.matches('^s3://[a-z]+/y$')",
                "action.parameters.missing == 1 || action.parameters['rows'] >= 1u",
                "now.getHours('+02:00') == 2 && now < timestamp('2030-01-01T00:00:00Z') && size(action.actor.groups) == 2",
            }.Select(source => environment.Compile(source)),
        ];
        bool All()
        {
            var all = true;
            foreach (var program in programs)
            {
                all &= program.Evaluate(activation).AsBool();
            }

            return all;
        }

        for (var i = 0; i < 100; i++)
        {
            Assert.True(All());
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        All();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Programs_may_run_on_many_threads()
    {
        var environment = new CelEnvironment(new Dictionary<string, CelType> { ["x"] = CelType.Int });
        var program = environment.Compile("[1, 2, 3].map(y, y * x).exists(z, string(z).matches('^' + string(x) + '0*$')) && 'ab12'.matches('[a-z]+[0-9]+')");
        Parallel.For(1, 200, x =>
        {
            var activation = new CelActivation(environment) { ["x"] = CelValue.Of((long)x) };
            Assert.True(program.Evaluate(activation).AsBool());
        });
    }

    [Fact]
    public void Activation_of_another_environment_is_refused()
    {
        var variables = new Dictionary<string, CelType> { ["x"] = CelType.Int };
        var program = new CelEnvironment(variables).Compile("x");
        Assert.Throws<ArgumentException>(() => program.Evaluate(new CelActivation(new CelEnvironment(variables))));
    }
}
