using System.Text;
using System.Text.Json.Nodes;
using Approvals.Ledger.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Ledger.Tests.Json;

public class CanonicalJsonTests
{
    private static string Canonicalize(string json) => Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json)));

    private static string CodeOf(byte[] json) => Assert.Throws<LedgerFormatException>(() => CanonicalJson.Canonicalize(json)).Code;

    private static string CodeOf(string json) => CodeOf(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Canonicalize_of_the_sample_in_section_3_2_2_gives_the_bytes_of_section_3_2_4()
    {
        const string input = """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """;
        const string output = """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""";
        Assert.Equal(output, Canonicalize(input));
    }

    [Fact]
    public void Keys_of_section_3_2_3_are_ordered_by_utf16_code_units()
    {
        const string input = """
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """;
        string[] expected = ["Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh"];
        Assert.Equal(expected, JsonNode.Parse(Canonicalize(input))!.AsObject().Select(m => m.Value!.GetValue<string>()));
    }

    /// <summary>RFC 8785 appendix B: IEEE 754 bits and their text.</summary>
    [Theory]
    [InlineData(0x0000000000000000UL, "0")]
    [InlineData(0x8000000000000000UL, "0")]
    [InlineData(0x0000000000000001UL, "5e-324")]
    [InlineData(0x8000000000000001UL, "-5e-324")]
    [InlineData(0x7fefffffffffffffUL, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffffUL, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000UL, "9007199254740992")]
    [InlineData(0xc340000000000000UL, "-9007199254740992")]
    [InlineData(0x4430000000000000UL, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5UL, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6UL, "1e+23")]
    [InlineData(0x44b52d02c7e14af7UL, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4eUL, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4fUL, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50UL, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8cUL, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8dUL, "0.000001")]
    [InlineData(0x41b3de4355555553UL, "333333333.3333332")]
    [InlineData(0x41b3de4355555554UL, "333333333.33333325")]
    [InlineData(0x41b3de4355555555UL, "333333333.3333333")]
    [InlineData(0x41b3de4355555556UL, "333333333.3333334")]
    [InlineData(0x41b3de4355555557UL, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696UL, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959UL, "1424953923781206.2")]
    public void Numbers_are_formatted_as_in_appendix_B(ulong bits, string expected)
    {
        string literal = BitConverter.UInt64BitsToDouble(bits).ToString("E17");
        Assert.Equal(expected, Canonicalize(literal));
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}", "json_duplicate_key")]
    [InlineData("{\"a\":1,\"\\u0061\":2}", "json_duplicate_key")]
    [InlineData("[{\"b\":0,\"a\":1,\"b\":2}]", "json_duplicate_key")]
    [InlineData("\"\\ud800\"", "json_invalid_string")]
    [InlineData("{\"\\udc00\":1}", "json_invalid_string")]
    [InlineData("\"\\ud800\\ud800\"", "json_invalid_string")]
    [InlineData("1e400", "json_number_out_of_range")]
    [InlineData("-1e400", "json_number_out_of_range")]
    [InlineData("1e-400", "json_number_out_of_range")]
    [InlineData("9007199254740993", "json_number_loses_precision")]
    [InlineData("-9007199254740993", "json_number_loses_precision")]
    [InlineData("1000000000000000000000001", "json_number_loses_precision")]
    [InlineData("", "json_malformed")]
    [InlineData("1 2", "json_malformed")]
    [InlineData("[1,]", "json_malformed")]
    [InlineData("[1] // one", "json_malformed")]
    [InlineData("NaN", "json_malformed")]
    [InlineData("01", "json_malformed")]
    [InlineData("{\"a\":", "json_malformed")]
    [InlineData("\ufeff1", "json_malformed")]
    public void Input_outside_the_rules_is_refused_with_its_code(string json, string code) => Assert.Equal(code, CodeOf(json));

    [Fact]
    public void Invalid_utf8_is_refused() => Assert.Equal("json_invalid_string", CodeOf([(byte)'"', 0xC3, 0x28, (byte)'"']));

    [Theory]
    [InlineData("-0", "0")]
    [InlineData("9007199254740992", "9007199254740992")]
    [InlineData("1000000000000000000000", "1e+21")]
    [InlineData("-1200000000000000000000", "-1.2e+21")]
    [InlineData("0e5", "0")]
    [InlineData("1.0", "1")]
    public void Numbers_that_a_double_carries_are_accepted(string json, string expected) => Assert.Equal(expected, Canonicalize(json));

    [Fact]
    public void Depth_of_64_is_accepted_and_65_refused()
    {
        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
        Assert.Equal(Nested(64), Canonicalize(Nested(64)));
        Assert.Equal("json_too_deep", CodeOf(Nested(65)));
        Assert.Equal("json_too_deep", CodeOf(string.Concat(Enumerable.Repeat("{\"a\":", 65)) + "1" + new string('}', 65)));
        Assert.Contains(CodeOf(Nested(100_000)), new[] { "json_too_deep", "json_malformed" });
    }

    [Fact]
    public void Size_limit_is_kept()
    {
        Assert.Equal("[]", Encoding.UTF8.GetString(CanonicalJson.Canonicalize("[]"u8, maxBytes: 2)));
        Assert.Equal("json_too_large", Assert.Throws<LedgerFormatException>(() => CanonicalJson.Canonicalize("[1]"u8, maxBytes: 2)).Code);
    }

    [Fact]
    public void Errors_do_not_repeat_the_input()
    {
        var e = Assert.Throws<LedgerFormatException>(() => CanonicalJson.Canonicalize("{\"password\": hunter2}"u8));
        Assert.DoesNotContain("hunter2", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Canonicalize_is_idempotent_and_keeps_the_value() =>
        Prop.ForAll(JsonTrees.Arbitrary, tree =>
        {
            byte[] once = CanonicalJson.Canonicalize(tree.Text);
            return CanonicalJson.Canonicalize(once).AsSpan().SequenceEqual(once) && JsonNode.DeepEquals(JsonNode.Parse(once), JsonNode.Parse(tree.Text));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Order_of_keys_and_white_space_do_not_matter() =>
        Prop.ForAll(JsonTrees.Arbitrary, tree =>
            CanonicalJson.Canonicalize(tree.Shuffled).AsSpan().SequenceEqual(CanonicalJson.Canonicalize(tree.Text))).QuickCheckThrowOnFailure();
}
