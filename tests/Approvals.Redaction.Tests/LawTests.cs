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
}
