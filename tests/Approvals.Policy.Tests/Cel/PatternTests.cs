using System.Text;
using System.Text.RegularExpressions;
using Approvals.Policy.Cel;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Policy.Tests.Cel;

/// <summary><c>matches</c>: the syntax of RE2, linear time, code points.</summary>
public sealed class PatternTests
{
    private static bool Matches(string text, string pattern) =>
        CelEval.IsTrue("text.matches(pattern)", ("text", CelValue.Of(text)), ("pattern", CelValue.Of(pattern)));

    [Theory]
    [InlineData("hubba", "ubb", true)]
    [InlineData("", "", true)]
    [InlineData("abc", "^b", false)]
    [InlineData("abc", "^a.c$", true)]
    [InlineData("abc\n", "c$", false)]
    [InlineData("abc\n", "(?m)c$", true)]
    [InlineData("a\nb", "a.b", false)]
    [InlineData("a\nb", "(?s)a.b", true)]
    [InlineData("a\nb", "(?m)^b$", true)]
    [InlineData("😀", "^.$", true)]
    [InlineData("😀x", "^[^a]x$", true)]
    [InlineData("😀😀", "^😀{2}$", true)]
    [InlineData("é", "^[à-ü]$", true)]
    [InlineData("É", "(?i)^é$", true)]
    [InlineData("K", "(?i)^k$", true)]
    [InlineData("ſ", "(?i)^S$", true)]
    [InlineData("ABC", "(?i)abc", true)]
    [InlineData("aBC", "a(?i)bc", true)]
    [InlineData("ABc", "(?i:ab)c", true)]
    [InlineData("ABC", "(?i:ab)c", false)]
    [InlineData("ABC", "(?i)ab(?-i)c", false)]
    [InlineData("foo bar", "\\bbar\\b", true)]
    [InlineData("foobar", "\\bbar", false)]
    [InlineData("foobar", "\\Bbar", true)]
    [InlineData("٣", "^\\d$", false)]
    [InlineData("٣", "^\\p{Nd}$", true)]
    [InlineData("٣", "^\\pN$", true)]
    [InlineData("ж", "^\\P{L}$", false)]
    [InlineData("a-b", "^[a\\-b]+$", true)]
    [InlineData("]", "^[]]$", true)]
    [InlineData("^", "^[\\^]$", true)]
    [InlineData("a1_", "^[[:word:]]+$", true)]
    [InlineData("a b", "[[:^alpha:]]", true)]
    [InlineData("a.b", "^\\Qa.b\\E$", true)]
    [InlineData("axb", "^\\Qa.b\\E$", false)]
    [InlineData("a.bbb", "^\\Qa.b\\E+$", true)]
    [InlineData("A", "^\\x41\\x{41}?\\101?$", true)]
    [InlineData("aaa", "^a{2,3}$", true)]
    [InlineData("aaaa", "^a{2,3}$", false)]
    [InlineData("a{,2}", "^a{,2}$", true)]
    [InlineData("ac", "^a(|b)c$", true)]
    [InlineData("x=1", "^(?P<key>x)=(?<v>\\d)$", true)]
    [InlineData("aab", "^(a*)*b$", true)]
    [InlineData("ab", "^(?:a|ab)(?:c|bcd)?b?$", true)]
    [InlineData("a\u0301", "^\\p{M}$", false)]
    public void Pattern_matches_as_in_RE2(string text, string pattern, bool expected) => Assert.Equal(expected, Matches(text, pattern));

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("[b-a]")]
    [InlineData("[a-\\d]")]
    [InlineData("*a")]
    [InlineData("a**")]
    [InlineData("a{1}{2}")]
    [InlineData("a{1001}")]
    [InlineData("a{3,2}")]
    [InlineData("(?=a)")]
    [InlineData("(?!a)")]
    [InlineData("(?<=a)b")]
    [InlineData("(?>a)")]
    [InlineData("(a)\\1")]
    [InlineData("\\C")]
    [InlineData("\\Z")]
    [InlineData("\\e")]
    [InlineData("\\")]
    [InlineData("\\x{110000}")]
    [InlineData("\\p{Nope}")]
    [InlineData("[[:nope:]]")]
    [InlineData("(?z)a")]
    [InlineData("((a{1000}){1000}){1000}")]
    public void Pattern_outside_RE2_is_refused(string pattern)
    {
        Assert.Equal("invalid_pattern", CelEval.CompileError($"'a'.matches(r'{pattern}')").Code);
        Assert.Equal("invalid_argument", CelEval.ErrorOf("'a'.matches(x)", ("x", CelValue.Of(pattern))));
    }

    [Fact]
    public void Pattern_agrees_with_another_engine()
    {
        // Atoms on which RE2 and .NET mean the same; texts without newlines and surrogates.
        var atom = Gen.Elements("a", "b", "[ab]", "[^a]", ".", "\\w", "\\d", "\\b", "^", "\\z", "(?i:B)", "c", "é", "[b-dé]", "(?:)");
        var pattern = Gen.Sized(size => Pattern(atom, Math.Min(size, 12)));
        var text = Gen.Elements("a", "b", "B", "c", "1", " ", "_").ListOf().Select(parts => string.Concat(parts));
        var cases = pattern.SelectMany(p => text.Select(t => (p, t)));
        Prop.ForAll(cases.ToArbitrary(), pair =>
        {
            var expected = Regex.IsMatch(pair.t, pair.p, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return Matches(pair.t, pair.p) == expected;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static Gen<string> Pattern(Gen<string> atom, int size)
    {
        if (size <= 1)
        {
            return atom;
        }

        var half = Pattern(atom, size / 2);
        return Gen.OneOf(
            atom,
            half.SelectMany(a => half.Select(b => a + b)),
            half.SelectMany(a => half.Select(b => $"(?:{a}|{b})")),
            half.SelectMany(a => Gen.Elements("*", "+", "?", "{2}", "{0,2}", "{1,}", "*?").Select(q => $"(?:{a}){q}")));
    }

    [Fact]
    public void Hostile_pattern_is_stopped_or_answered_within_its_cost()
    {
        foreach (var pattern in new[] { "(a*)*(a*)*b", "(x+x+)+y", "(a?){500}a{500}", "(.*.*.*.*){20}[ab]{100}z", "(?i)([^a]{1,30}){1,30}" })
        {
            var text = new StringBuilder().Insert(0, "abcde", 1000).ToString();
            try
            {
                Matches(text, pattern);
            }
            catch (CelEvaluationException e)
            {
                Assert.Equal("cost_exceeded", e.Code);
            }
        }
    }
}
