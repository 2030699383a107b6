namespace Approvals.Redaction.Tests;

public sealed class OptionsTests
{
    private const string Text = "card 4242 4242 4242 4242, mail anna@contoso.com and anna@contoso.com";

    [Theory]
    [InlineData(MaskOperator.Pseudonym, "card [CREDIT_CARD_1], mail [EMAIL_1] and [EMAIL_1]")]
    [InlineData(MaskOperator.Mask, "card [CREDIT_CARD], mail [EMAIL] and [EMAIL]")]
    [InlineData(MaskOperator.Remove, "card , mail  and ")]
    [InlineData(MaskOperator.KeepLastFour, "card [CREDIT_CARD:4242], mail [EMAIL:ocom] and [EMAIL:ocom]")]
    [InlineData(MaskOperator.Keep, Text)]
    public void Operator_decides_what_stands_in_the_place(MaskOperator op, string expected) =>
        Assert.Equal(expected, new Redactor(new RedactionOptions { DefaultOperator = op }).RedactText(Text).Text);

    [Fact]
    public void Hash_is_the_same_for_the_same_value_and_key_only()
    {
        var first = Hashed(1);
        Assert.Equal(first, Hashed(1));
        Assert.NotEqual(first, Hashed(2));

        static string Hashed(byte seed) =>
            new Redactor(new RedactionOptions { DefaultOperator = MaskOperator.Hash, HashKey = Enumerable.Repeat(seed, 32).ToArray() }).RedactText(Text).Text;
    }

    [Fact]
    public void Custom_rule_with_keyword_needs_it()
    {
        var redactor = new Redactor(new RedactionOptions { CustomRules = [new CustomRule("ticket", "TICKET", "TK-[0-9]{6}", 0.9, ["ticket"])] });

        Assert.Equal("ticket [TICKET_1]", redactor.RedactText("ticket TK-123456").Text);
        Assert.Equal("part TK-123456", redactor.RedactText("part TK-123456").Text);
    }

    [Theory]
    [InlineData("[a-", "invalid_rule")]
    [InlineData("(a(b))", "invalid_rule")]
    [InlineData("x*", "invalid_rule")]
    public void Custom_rule_that_does_not_parse_is_refused_when_loaded(string pattern, string code) =>
        Assert.Equal(code, Assert.Throws<RedactionException>(() => new Redactor(new RedactionOptions { CustomRules = [new CustomRule("own", "OWN", pattern)] })).Code);

    [Fact]
    public void Hash_without_a_key_is_refused() =>
        Assert.Equal("invalid_options", Assert.Throws<RedactionException>(() => new Redactor(new RedactionOptions { DefaultOperator = MaskOperator.Hash })).Code);

    [Fact]
    public void Allowed_value_and_disabled_rule_are_left_alone() =>
        Assert.Equal(Text, new Redactor(new RedactionOptions { AllowedValues = ["anna@contoso.com"], DisabledRules = ["credit-card"] }).RedactText(Text).Text);

    [Fact]
    public void Clean_text_comes_back_as_it_went_in()
    {
        ReadOnlyMemory<byte> text = "nothing to see, build 42 passed"u8.ToArray();
        var redacted = Redactor.Default.RedactUtf8(text);
        Assert.True(redacted.Text.Equals(text));
        Assert.Empty(redacted.Findings);
    }

    [Fact]
    public void A_redactor_with_other_rules_leaves_the_first_one_alone()
    {
        const string text = "call my mobile 030 901820 or pay by card 4012888888881881";
        var first = new Redactor(new RedactionOptions());
        var before = first.RedactText(text).Text;

        var other = new Redactor(new RedactionOptions { CustomRules = [.. Enumerable.Range(0, 600).Select(i => new CustomRule($"r{i}", "TICKET", $"TK{i}-[0-9]{{6}}"))] });

        Assert.Equal(before, other.RedactText(text).Text);
        Assert.Equal(before, first.RedactText(text).Text);
    }
}
