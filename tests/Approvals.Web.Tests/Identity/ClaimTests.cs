using System.Text.Json;
using Approvals.Web.Identity.Claims;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Web.Tests.Identity;

public sealed class ClaimTests
{
    [Theory]
    [InlineData("octo-org/exports", "octo-org/exports", true)]
    [InlineData("octo-org/exports", "octo-org/exports2", false)]
    [InlineData("octo-org/exports", "Octo-Org/exports", false)]
    [InlineData("octo-org/*", "octo-org/exports", true)]
    [InlineData("octo-org/*", "octo-org/a/b", false)]
    [InlineData("octo-org/*", "octo-organized/x", false)]
    [InlineData("repo:octo-org/*:environment:prod", "repo:octo-org/x:environment:prod", true)]
    [InlineData("repo:octo-org/*:environment:prod", "repo:octo-org/x:ref:refs/heads/y:environment:prod", false)]
    [InlineData("refs/heads/release/**", "refs/heads/release/1/2", true)]
    [InlineData("a.b", "axb", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "a:b", false)]
    [InlineData("**", "a:b/c\nd", true)]
    [InlineData("x", "x\n", false)]
    [InlineData("system:serviceaccount:ci:*", "system:serviceaccount:ci:exports", true)]
    [InlineData("system:serviceaccount:*:exports", "system:serviceaccount:evil:x:exports", false)]
    public void Pattern_matches(string pattern, string value, bool matches) => Assert.Equal(matches, ClaimPattern.Parse(pattern).Matches(value));

    [Fact]
    public void Pattern_without_star_is_equality() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyString>(), ArbMap.Default.ArbFor<NonEmptyString>(), (pattern, value) =>
        {
            string text = string.Concat(pattern.Get.Where(character => !char.IsControl(character) && character != '*'));
            return text.Length == 0 || (ClaimPattern.Parse(text).Matches(value.Get) == (text == value.Get) && ClaimPattern.Parse(text).Matches(text));
        }).QuickCheckThrowOnFailure();

    /// <summary>Against a slow matcher that is plainly right.</summary>
    [Fact]
    public void Pattern_with_stars_matches_as_its_definition_says()
    {
        Gen<string> text = Gen.ArrayOf(Gen.Elements('a', 'b', '/', ':')).Select(letters => new string(letters));
        Gen<string> pattern = Gen.ListOf(Gen.Elements("a", "b", "/", ":", "*", "**")).Select(parts => string.Concat(parts.Take(9))).Where(made => made.Length > 0 && made.Count(letter => letter == '*') <= 10);
        Prop.ForAll(Arb.From(pattern), Arb.From(text), (made, value) => ClaimPattern.Parse(made).Matches(value) == Plain(made, value)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Long_value_against_many_stars_is_quick()
    {
        var pattern = ClaimPattern.Parse("**a**a**a**a**b");
        long before = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < 100; i++) Assert.False(pattern.Matches(new string('a', 2_000)));
        Assert.True(TimeProvider.System.GetElapsedTime(before) < TimeSpan.FromSeconds(5));
        Assert.False(ClaimPattern.Parse("**").Matches(new string('a', 2_001)));
    }

    [Theory]
    [InlineData("name", """["x"]""")]
    [InlineData("list", """["a","b","1","true"]""")]
    [InlineData("number", """["12345678901234567890"]""")]
    [InlineData("flag", """["true"]""")]
    [InlineData("null", "[]")]
    [InlineData("object", "[]")]
    [InlineData("missing", "[]")]
    [InlineData("/kubernetes.io/serviceaccount/name", """["exports"]""")]
    [InlineData("/kubernetes.io/missing/name", "[]")]
    [InlineData("/name/x", "[]")]
    [InlineData("/a~1b", """["slash"]""")]
    [InlineData("https://example.com/groups", """["g"]""")]
    [InlineData("many", "[]")]
    [InlineData("surrogate", "[]")]
    public void Path_finds_the_values(string path, string expected)
    {
        JsonElement claims = JsonDocument.Parse($$"""
            {"name":"x","list":["a","b",1,true,null,{},[]],"number":12345678901234567890,"flag":true,"null":null,"object":{},
             "kubernetes.io":{"serviceaccount":{"name":"exports"} },"a/b":"slash","https://example.com/groups":["g"],
             "many":[{{string.Join(',', Enumerable.Repeat("1", ClaimPath.MaxValues + 1))}}],"surrogate":"\ud800"}
            """).RootElement;
        Assert.Equal(expected, JsonSerializer.Serialize(ClaimPath.Parse(path).Values(claims)));
    }

    private static bool Plain(string pattern, string value)
    {
        if (pattern.Length == 0) return value.Length == 0;
        if (pattern[0] != '*') return value.Length > 0 && value[0] == pattern[0] && Plain(pattern[1..], value[1..]);
        bool isDouble = pattern.Length > 1 && pattern[1] == '*';
        string rest = isDouble ? pattern.TrimStart('*') : pattern[1..];
        for (int length = 0; length <= value.Length; length++)
        {
            if (Plain(rest, value[length..])) return true;
            if (length < value.Length && !isDouble && value[length] is '/' or ':') return false;
        }

        return false;
    }
}
