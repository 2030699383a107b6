using System.Numerics;
using System.Text;
using System.Text.Json;
using Approvals.Policy.Cel;
using Approvals.Policy.Cel.Lines;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Policy.Tests.Cel;

/// <summary>Laws of the language, tried on many values.</summary>
public sealed class PropertyTests
{
    private static readonly Gen<long> Ints = Gen.OneOf(
        ArbMap.Default.GeneratorFor<long>(),
        Gen.Choose(-4, 4).Select(i => (long)i),
        Gen.Elements(long.MinValue, long.MinValue + 1, long.MaxValue, long.MaxValue - 1, 1L << 53, (1L << 53) + 1, -(1L << 31), 3037000500L));

    private static readonly Gen<CelValue> Numbers = Gen.OneOf(
        Ints.Select(CelValue.Of),
        Ints.Select(i => CelValue.Of(unchecked((ulong)i))),
        ArbMap.Default.GeneratorFor<double>().Select(CelValue.Of),
        Gen.Choose(-4, 4).Select(i => CelValue.Of(i / 2.0)));

    /// <summary>Conditions whose parts are true, false, an error and no Boolean.</summary>
    private static readonly Gen<string> Conditions = Gen.Elements("true", "false", "1 / 0 == 1", "dyn(1)", "[1][3] == 0", "x", "!x");

    private static void Holds<T>(Gen<T> gen, Func<T, bool> law, int count = 300) =>
        Prop.ForAll(gen.ToArbitrary(), law).Check(Config.QuickThrowOnFailure.WithMaxTest(count));

    private static CelValue? TryRun(string source, params (string, CelValue)[] variables)
    {
        try
        {
            return CelEval.Run(source, variables);
        }
        catch (CelEvaluationException)
        {
            return null;
        }
    }

    [Theory]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("*")]
    [InlineData("/")]
    [InlineData("%")]
    public void Arithmetic_is_exact_or_an_error(string op) => Holds(Ints.SelectMany(a => Ints.Select(b => (a, b))), pair =>
    {
        var (a, b) = pair;
        var signed = TryRun($"a {op} b", ("a", CelValue.Of(a)), ("b", CelValue.Of(b)));
        var exact = Exact(op, a, b);

        // Min % -1 is an overflow in CEL, as the division it stands beside.
        var fits = exact is { } x && x >= long.MinValue && x <= long.MaxValue && !(op == "%" && a == long.MinValue && b == -1);
        var (ua, ub) = (unchecked((ulong)a), unchecked((ulong)b));
        var unsigned = TryRun($"a {op} b", ("a", CelValue.Of(ua)), ("b", CelValue.Of(ub)));
        var exactUnsigned = Exact(op, ua, ub);
        var fitsUnsigned = exactUnsigned is { } y && y >= 0 && y <= ulong.MaxValue;
        return (fits ? signed?.AsInt() == exact : signed is null)
            && (fitsUnsigned ? unsigned?.AsUint() == exactUnsigned : unsigned is null);
    });

    private static BigInteger? Exact(string op, BigInteger a, BigInteger b) => op switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => b.IsZero ? null : BigInteger.Divide(a, b),
        _ => b.IsZero ? null : BigInteger.Remainder(a, b),
    };

    [Fact]
    public void Numbers_of_all_types_are_in_one_order() => Holds(Numbers.SelectMany(a => Numbers.Select(b => (a, b))), pair =>
    {
        var (a, b) = pair;
        (string, CelValue)[] variables = [("a", a), ("b", b)];
        var (less, equal, greater) = (CelEval.IsTrue("a < b", variables), CelEval.IsTrue("a == b", variables), CelEval.IsTrue("a > b", variables));
        var isNan = a.Equals(CelValue.Of(double.NaN)) || !a.Equals(a) || !b.Equals(b);
        return CelEval.IsTrue("b > a", variables) == less
            && CelEval.IsTrue("a <= b", variables) == (less || equal)
            && CelEval.IsTrue("a >= b", variables) == (greater || equal)
            && (isNan ? !less && !equal && !greater : new[] { less, equal, greater }.Count(x => x) == 1);
    });

    [Fact]
    public void Equal_numbers_hash_alike_and_are_one_key() => Holds(Numbers.SelectMany(a => Numbers.Select(b => (a, b))), pair =>
    {
        var (a, b) = pair;
        return !a.Equals(b) || (a.GetHashCode() == b.GetHashCode()
            && (a.Kind == CelKind.Double || CelMap.Create([a], [CelValue.Null]).TryGetValue(b, out _)));
    });

    [Fact]
    public void Large_map_finds_exactly_its_keys() => Holds(Ints.ListOf(), list =>
    {
        var keys = list.Distinct().ToArray();
        var map = CelMap.Create([.. keys.Select(CelValue.Of)], [.. keys.Select(k => CelValue.Of(unchecked(k * 3)))]);
        return keys.All(k => map.TryGetValue(CelValue.Of(k), out var v) && v.AsInt() == unchecked(k * 3))
            && (keys.Contains(7) || !map.TryGetValue(CelValue.Of(7L), out _));
    });

    [Fact]
    public void And_and_or_do_not_depend_on_order() => Holds(Conditions.SelectMany(a => Conditions.SelectMany(b => Conditions.Select(c => (a, b, c)))), t =>
    {
        (string, CelValue)[] variables = [("x", CelValue.True)];
        foreach (var op in new[] { "&&", "||" })
        {
            var forward = TryRun($"({t.a}) {op} ({t.b}) {op} ({t.c})", variables);
            var backward = TryRun($"({t.c}) {op} (({t.b}) {op} ({t.a}))", variables);
            if (forward is null != backward is null || (forward is not null && !forward.Value.Equals(backward!.Value)))
            {
                return false;
            }
        }

        // De Morgan, errors included.
        var left = TryRun($"!(({t.a}) && ({t.b}))", variables);
        var right = TryRun($"!({t.a}) || !({t.b})", variables);
        return left is null == right is null && (left is null || left.Value.Equals(right!.Value));
    });

    [Fact]
    public void All_and_exists_are_chains_of_and_and_or() => Holds(Gen.Choose(-2, 2).ListOf(), list =>
    {
        var elements = list.Select(i => $"6 / ({i}) == 3").ToArray();
        var literal = "[" + string.Join(", ", list) + "]";
        bool Same(string macro, string chain)
        {
            var (a, b) = (TryRun(macro), TryRun(chain));
            return a is null == b is null && (a is null || a.Value.Equals(b!.Value));
        }

        return Same($"{literal}.all(i, 6 / i == 3)", string.Join(" && ", elements.Prepend("true")))
            && Same($"{literal}.exists(i, 6 / i == 3)", string.Join(" || ", elements.Prepend("false")));
    });

    [Fact]
    public void Printed_expression_parses_to_the_same() => Holds(Expressions(12), source =>
    {
        var environment = new CelEnvironment(new Dictionary<string, CelType>());
        var first = environment.Compile(source, false);
        var printed = first.ToCanonicalSource();
        var second = environment.Compile(printed, false);
        return second.ToCanonicalSource() == printed && SameOutcome(first, second);
    }, 500);

    private static bool SameOutcome(CelProgram a, CelProgram b)
    {
        (string? Code, CelValue Value) Outcome(CelProgram program)
        {
            try
            {
                return (null, program.Evaluate(new CelActivation(program.Environment)));
            }
            catch (CelEvaluationException e)
            {
                return (e.Code, default);
            }
        }

        var (x, y) = (Outcome(a), Outcome(b));
        return x.Code == y.Code && (x.Code is not null || x.Value.Equals(y.Value) || !x.Value.Equals(x.Value));
    }

    private static Gen<string> Expressions(int size)
    {
        var leaf = Gen.OneOf(
            Gen.Elements("1", "-1", "2u", "1.5", "-0.0", "1e300", "true", "null", "'a\\n\"😀'", "b'\\xff\\'a'", "x", ".x", "[]", "{}", "r'\\'", "-9223372036854775808"),
            Ints.Select(i => i.ToString()));
        if (size <= 1)
        {
            return leaf;
        }

        var part = Expressions(size / 2);
        return Gen.OneOf(
            leaf,
            part.SelectMany(a => part.SelectMany(b => Gen.Elements("+", "-", "*", "/", "%", "==", "!=", "<", "<=", "in", "&&", "||").Select(op => $"({a}) {op} ({b})"))),
            part.SelectMany(a => part.SelectMany(b => Gen.Elements("+", "-", "==", "&&", "||").Select(op => $"{a} {op} {b}"))),
            part.Select(a => $"!({a})"),
            part.Select(a => $"-({a})"),
            part.Select(a => $"- ({a}).f"),
            part.SelectMany(a => part.Select(b => $"({a}) ? ({b}) : ({a})")),
            part.SelectMany(a => part.Select(b => $"[{a}, ?({b})]")),
            part.SelectMany(a => part.Select(b => $"{{{a}: {b}, ?'k': {b}}}")),
            part.SelectMany(a => part.Select(b => $"({a})[{b}]")),
            part.SelectMany(a => part.Select(b => $"({a})[?{b}]")),
            part.SelectMany(a => Gen.Elements(".f", ".?f", ".`a-b`", ".`in`", ".size()", ".map(x, x)", ".exists(i, x, i == x)").Select(s => $"({a}){s}")),
            part.Select(a => $"size({a})"));
    }

    [Fact]
    public void Any_text_compiles_or_is_refused_and_evaluates_within_its_cost()
    {
        string[] tokens =
        [
            "1", "1u", "1.5", "'a'", "b'a'", "x", "true", "null", "(", ")", "[", "]", "{", "}", ",", ".", "?", ":", "+", "-", "*", "/", "%", "!", "==", "<",
            "in", "&&", "||", "size", "map", "exists", "has", "cel", "bind", "matches", "format", "optional", "of", "'%s'", "`a b`", "\\", "'", "\"", "//",
            "\n", "0x", "1e", ".5", "é", "😀", "\ud800", "type", "timestamp", "duration('1s')", ".map(x,", ".all(x,", "'((('", "[1,2]", "{'a':1}",
        ];
        Holds(Gen.Elements(tokens).ListOf(), list => EndsProperly(string.Join(list.Count % 2 == 0 ? " " : "", list)), 3000);
        Holds(ArbMap.Default.GeneratorFor<string>().Where(s => s is not null), EndsProperly, 500);
    }

    private static bool EndsProperly(string source)
    {
        foreach (var check in new[] { true, false })
        {
            try
            {
                CelEval.Run(source, check, "", ("x", CelValue.Of([CelValue.Of(1L), CelValue.Of("a")])));
            }
            catch (Exception e) when (e is CelCompileException or CelEvaluationException)
            {
                // These and no others.
            }
        }

        return true;
    }

    [Fact]
    public void Json_converts_and_back()
    {
        const string json = """{"a":[1,2.5,"é😀",null,true,{"b":-9007199254740993}],"c":18446744073709551615,"d":{},"e":[],"f":1e300}""";
        using var document = JsonDocument.Parse(json);
        var value = CelValue.FromJson(document.RootElement);
        Assert.Equal(CelKind.Int, value.AsMap().TryGetValue("a", out var a) ? a.AsList().Span[0].Kind : default);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            value.WriteJson(writer);
        }

        // Integers beyond 2^53 are strings in JSON, by the conversion that CEL defines.
        Assert.Equal(
            """{"a":[1,2.5,"é😀",null,true,{"b":"-9007199254740993"}],"c":"18446744073709551615","d":{},"e":[],"f":1E+300}""",
            System.Text.RegularExpressions.Regex.Unescape(Encoding.UTF8.GetString(stream.ToArray())));
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""["\ud800"]""")]
    public void Json_that_no_value_can_hold_is_refused(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Throws<JsonException>(() => CelValue.FromJson(document.RootElement));
    }

    [Theory]
    [InlineData("""{"id":"a","expr":"x + 1","bindings":{"x":{"int":"41"}}}""", """{"id":"a","value":{"int":"42"}}""")]
    [InlineData("""{"id":7,"expr":"-0.0"}""", """{"id":7,"value":{"double":"-0.0"}}""")]
    [InlineData("""{"id":"b","expr":"1/0"}""", "{\"id\":\"b\",\"error\":\"divide_by_zero: 1:2: division by zero\\n | 1/0\\n |  ^\"}")]
    public void Line_gets_its_answer(string line, string answer) => Assert.Equal(answer, CelLines.Answer(line));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":1,"expr":"1","bindings":{"x":{"int":"no"}}}""")]
    [InlineData("""{"id":1,"expr":"1","bindings":{"x":5}}""")]
    public void Line_that_is_no_request_gets_an_error(string line) => Assert.Contains("\"error\":\"invalid_request", CelLines.Answer(line));
}
