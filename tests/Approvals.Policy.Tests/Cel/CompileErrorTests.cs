using Approvals.Policy.Cel;

namespace Approvals.Policy.Tests.Cel;

/// <summary>Errors that people see when they write an expression: code, place, caret, hint.</summary>
public sealed class CompileErrorTests
{
    [Theory]
    [InlineData("1 +", "syntax", 4)]
    [InlineData("1 = 2", "syntax", 3)]
    [InlineData("a & b", "syntax", 3)]
    [InlineData("(1", "syntax", 3)]
    [InlineData("[1, 2", "syntax", 6)]
    [InlineData("1 2", "syntax", 3)]
    [InlineData("while", "syntax", 1)]
    [InlineData("'abc", "invalid_literal", 1)]
    [InlineData("'a\\qb'", "invalid_literal", 3)]
    [InlineData("'\\ud800'", "invalid_literal", 2)]
    [InlineData("b'\\u0041'", "invalid_literal", 3)]
    [InlineData("9223372036854775808", "invalid_literal", 1)]
    [InlineData("1e999", "invalid_literal", 1)]
    [InlineData("Foo{a: 1}", "unsupported", 4)]
    [InlineData("1 + 'a'", "no_such_overload", 3)]
    [InlineData("'é' + 1", "no_such_overload", 5)]
    [InlineData("1 == 'a'", "no_such_overload", 3)]
    [InlineData("size(1)", "no_such_overload", 1)]
    [InlineData("1 && true", "type_mismatch", 1)]
    [InlineData("true ? 1 : 'a'", "type_mismatch", 6)]
    [InlineData("[1]['a']", "type_mismatch", 5)]
    [InlineData("(1).x", "type_mismatch", 5)]
    [InlineData("{1.5: 2}", "type_mismatch", 2)]
    [InlineData("1.exists(x, true)", "type_mismatch", 1)]
    [InlineData("[1].all(x, x)", "type_mismatch", 12)]
    [InlineData("actor.kind", "undeclared_reference", 1)]
    [InlineData("frobnicate(1)", "undeclared_reference", 1)]
    [InlineData("[1].all(x.y, true)", "invalid_macro", 11)]
    [InlineData("has(action)", "invalid_macro", 5)]
    [InlineData("[1].exists(i, i, true)", "invalid_macro", 15)]
    [InlineData("'a'.matches('(')", "invalid_pattern", 13)]
    [InlineData("math.greatest('a')", "no_such_overload", 15)]
    public void Mistake_is_named_and_placed(string source, string code, int column)
    {
        var e = CelEval.CompileError(source, ("action", CelType.JsonObject));
        Assert.Equal((code, 1, column), (e.Code, e.Line, e.Column));
    }

    [Fact]
    public void Message_shows_the_line_and_a_caret()
    {
        var e = CelEval.CompileError("true &&\n  acton.type == 'é'", ("action", CelType.JsonObject));
        Assert.Equal(
            "2:3: undeclared reference to 'acton'; did you mean 'action'?\n |   acton.type == 'é'\n |   ^",
            e.Message);
    }

    [Theory]
    [InlineData("now.getHour() > 5", "did you mean 'getHours'?")]
    [InlineData("[1].exist(x, x == 1)", "did you mean 'exists'?")]
    [InlineData("sise([1]) == 1", "did you mean 'size'?")]
    [InlineData("now > 5", "known: >(timestamp, timestamp) -> bool")]
    public void Mistake_is_met_with_what_may_have_been_meant(string source, string hint) =>
        Assert.Contains(hint, CelEval.CompileError(source, ("now", CelType.Timestamp)).Message, StringComparison.Ordinal);

    [Fact]
    public void Long_line_is_shown_around_the_place()
    {
        var e = CelEval.CompileError(new string(' ', 5000) + "oops");
        Assert.Equal(5001, e.Column);
        Assert.True(e.Message.Length < 500);
        Assert.Contains("oops", e.Message);
    }

    [Fact]
    public void Limits_of_the_parser_have_codes()
    {
        Assert.Equal("source_too_long", CelEval.CompileError(new string(' ', 70_000)).Code);
        Assert.Equal("too_deep", CelEval.CompileError(new string('(', 1000)).Code);
        Assert.Equal("too_deep", CelEval.CompileError(string.Join("+", Enumerable.Repeat("1", 1000))).Code);
        Assert.Equal("too_many_nodes", CelEval.CompileError("[" + string.Join(",", Enumerable.Repeat("1", 25_000)) + "]").Code);
    }

    [Fact]
    public void Long_chains_of_logic_need_no_depth() =>
        Assert.True(CelEval.IsTrue(string.Join(" && ", Enumerable.Repeat("true", 5000))));

    [Fact]
    public void Types_as_deep_as_a_block_is_long_end_in_an_answer()
    {
        var parts = string.Join(", ", Enumerable.Range(0, 3500).Select(i => $"[cel.index({i})]"));
        try
        {
            CelEval.Run($"cel.block([[1], {parts}], cel.index(3500) == cel.index(3500))");
        }
        catch (Exception e) when (e is CelCheckException or CelEvaluationException)
        {
            var code = e is CelCheckException check ? check.Code : ((CelEvaluationException)e).Code;
            Assert.Equal("too_deep", code);
        }
    }

    [Fact]
    public void Error_never_shows_a_value_of_the_data()
    {
        const string secret = "hunter2-secret";
        var values = new[] { CelValue.Of(secret), CelValue.Of([CelValue.Of(secret)]) };
        foreach (var value in values)
        {
            foreach (var source in new[] { "int(x)", "timestamp(x)", "{'a': 1}[x]", "x + 1", "ip(x)", "x.y", "[1][x]", "'a'.matches('(' + x)" })
            {
                var e = Assert.Throws<CelEvaluationException>(() => CelEval.Run(source, ("x", value)));
                Assert.DoesNotContain(secret, e.ToString());
            }
        }
    }
}
