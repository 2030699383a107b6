using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Redaction.Tests;

public sealed class LawTests
{
    private static readonly string[] Pieces =
    [
        "anna.berg@contoso.com", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "password=hunter2!x", "4242 4242 4242 4242", "DE89370400440532013000", "My name is Anna Berg", "203.0.113.77", "+49 30 901820",
        "token: 8f14e45fceea167a5a36dedd4bea2543", " ", "\n", ", ", "\"", "{", "}", "xxxx", "ok", "the", "42", "%41", "\\u0041", "é", "漢字", "[EMAIL_1]", "https://user:s3cr3tPa55@db.internal/x", "=", ":", "'",
    ];

    private static Arbitrary<string> Texts => Gen.Elements(Pieces).ListOf().Select(parts => string.Concat(parts.Take(12))).ToArbitrary();

    [Fact]
    public void Offsets_lie_in_the_text_in_order_and_apart() => Prop.ForAll(Texts, text =>
    {
        var end = 0;
        foreach (var finding in Redactor.Default.RedactText(text).Findings)
        {
            if (finding.Start < end || finding.End <= finding.Start || finding.End > text.Length) return false;
            end = finding.End;
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Offsets_are_exact_so_cutting_them_out_gives_the_unmasked_rest() => Prop.ForAll(Texts, text =>
    {
        var masked = new Redactor(new RedactionOptions { DefaultOperator = MaskOperator.Remove }).RedactText(text);
        var rest = new StringBuilder();
        var from = 0;
        foreach (var finding in masked.Findings)
        {
            rest.Append(text, from, finding.Start - from);
            from = finding.End;
        }
        return masked.Text == rest.Append(text, from, text.Length - from).ToString();
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Json_keeps_its_shape() => Prop.ForAll(Texts, text =>
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["a"] = text, ["b"] = new object[] { 1, text, new { c = text } } });
        using var document = JsonDocument.Parse(Redactor.Default.RedactJson(json).Json);
        return document.RootElement.GetProperty("b").GetArrayLength() == 3 && document.RootElement.GetProperty("b")[2].GetProperty("c").ValueKind == JsonValueKind.String;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_string_is_redacted_without_a_crash() => Prop.ForAll<string>(text =>
    {
        var redacted = Redactor.Default.RedactText(text ?? "");
        return redacted.Text is not null;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_are_redacted_or_refused_with_a_code() => Prop.ForAll<byte[]>(bytes =>
    {
        try
        {
            Redactor.Default.RedactJson(bytes ?? []);
            Redactor.Default.RedactUtf8(bytes ?? []);
            return true;
        }
        catch (RedactionException error)
        {
            return error.Code is "invalid_json" or "invalid_utf8";
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Redacting_twice_changes_nothing() => Prop.ForAll(Texts, text =>
    {
        var once = Redactor.Default.RedactText(text).Text;
        return Redactor.Default.RedactText(once).Text == once;
    }).QuickCheckThrowOnFailure();

    /// <summary>Secrets drawn at random in the shape of several vendors, written in any encoding, beside anything.</summary>
    [Fact]
    public void No_detected_value_survives_in_any_encoding()
    {
        const string letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
        var body = Gen.Elements(letters.ToCharArray()).ArrayOf(36).Where(c => c.Distinct().Count() > 12 && c.Count(char.IsAsciiDigit) > 3).Select(c => new string(c));
        var secret = Gen.Elements("ghp_", "gho_", "npm_").SelectMany(prefix => body.Select(b => prefix + b));
        var encoding = Gen.Choose(0, 5);
        Prop.ForAll(secret.SelectMany(s => encoding.SelectMany(e => Texts.Generator.Select(t => (Value: s, Written: Write(s, e), Text: t)))).ToArbitrary(), sample =>
        {
            var text = $"{sample.Text} {sample.Written} {sample.Text}";
            var redacted = Redactor.Default.RedactText(text).Text;
            return Enumerable.Range(0, 6).All(e => !redacted.Contains(Write(sample.Value, e), StringComparison.Ordinal));
        }).QuickCheckThrowOnFailure();
    }

    private static string Write(string value, int encoding) => encoding switch
    {
        0 => value,
        1 => Convert.ToBase64String(Encoding.UTF8.GetBytes(value)),
        2 => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value)),
        3 => string.Concat(value.Select(c => $"%{(int)c:X2}")),
        4 => string.Concat(value.Select(c => $"\\u{(int)c:x4}")),
        _ => string.Concat(value.Select(c => $"&#{(int)c};")),
    };

    /// <summary>A placeholder beside a secret, before it or after it, hides nothing.</summary>
    [Fact]
    public void Placeholders_hide_no_secret_beside_them()
    {
        string[] placeholders = ["xxxxxxxx", "<token>", "${TOKEN}", "EXAMPLE", "your-token-here", "[SECRET_1]", "changeme", "...", "REDACTED", "example.com"];
        const string secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
        foreach (var placeholder in placeholders)
            foreach (var text in (string[])[$"{placeholder} {secret}", $"{secret} {placeholder}", $"token={placeholder} token={secret}", $"\"{placeholder}\", \"{secret}\"", $"{placeholder}:{secret}"])
                Assert.DoesNotContain(secret, Redactor.Default.RedactText(text).Text, StringComparison.Ordinal);
    }

    /// <summary>Each of these was quadratic once: sixteen times the text took 250 times as long.</summary>
    [Theory]
    [InlineData("--a")]
    [InlineData(">|")]
    [InlineData("|==")]
    [InlineData("eyJ-")]
    [InlineData("X-eyJ")]
    [InlineData("4242 ")]
    [InlineData("Authorization: ")]
    [InlineData("curl -u Authorization: ")]
    [InlineData("\u200bbearer 0123456789abcdefABCDEF")]
    [InlineData("set(\"")]
    public void Unit_repeated_without_end_takes_linear_time(string unit)
    {
        // Both are longer than what is looked at again as a whole. Others may use the machine: one measurement of a few must be linear, with room.
        var ratios = Enumerable.Range(0, 5).Select(_ => Seconds(640_000) / Seconds(40_000));

        Assert.Contains(ratios, ratio => ratio < 90);

        double Seconds(int length)
        {
            var text = string.Concat(Enumerable.Repeat(unit, length / unit.Length));
            var start = TimeProvider.System.GetTimestamp();
            Redactor.Default.RedactText(text);
            return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        }
    }
}
