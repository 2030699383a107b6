using System.Text;
using System.Text.Json;

namespace Approvals.Redaction.Tests;

public sealed class JsonRedactionTests
{
    [Fact]
    public void Json_with_personal_data_and_secret_keeps_its_shape_and_loses_the_values()
    {
        var json = """{ "to": "anna.berg@contoso.com", "cc": ["anna.berg@contoso.com"], "dbPassword": "hunter2!x", "card": 4242424242424242, "n": 12 }"""u8.ToArray();

        var result = Redactor.Default.RedactJson(json);

        using var document = JsonDocument.Parse(result.Json);
        var root = document.RootElement;
        Assert.Equal("[EMAIL_1]", root.GetProperty("to").GetString());
        Assert.Equal("[EMAIL_1]", root.GetProperty("cc")[0].GetString());
        Assert.Equal("[SECRET_1]", root.GetProperty("dbPassword").GetString());
        Assert.Equal("[CREDIT_CARD_1]", root.GetProperty("card").GetString());
        Assert.Equal(12, root.GetProperty("n").GetInt32());
        Assert.Equal(["/to", "/cc/0", "/dbPassword", "/card"], result.Findings.Select(f => f.Pointer));
    }

    [Fact]
    public void Key_that_is_a_mail_address_is_masked_in_document_and_pointer()
    {
        var result = Redactor.Default.RedactJson("""{"anna@contoso.com": {"mail": "bob@contoso.com"}}"""u8.ToArray());

        Assert.Equal("""{"[EMAIL_1]": {"mail": "[EMAIL_2]"}}""", Encoding.UTF8.GetString(result.Json));
        Assert.Equal(["/[EMAIL_1]", "/[EMAIL_1]/mail"], result.Findings.Select(f => f.Pointer));
    }

    [Theory]
    [InlineData("{\"a\":", "invalid_json")]
    [InlineData("", "invalid_json")]
    [InlineData("{\"a\":\"\\ud800\"}", "invalid_json")]
    public void Broken_json_is_refused_with_a_code(string json, string code)
    {
        var error = Assert.Throws<RedactionException>(() => Redactor.Default.RedactJson(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(code, error.Code);
    }

    [Fact]
    public void Json_nested_past_64_levels_is_refused()
    {
        var json = new string('[', 65) + new string(']', 65);
        var error = Assert.Throws<RedactionException>(() => Redactor.Default.RedactJson(Encoding.UTF8.GetBytes(json)));
        Assert.Equal("json_too_deep", error.Code);
    }

    [Fact]
    public void Value_known_by_its_key_is_masked_where_it_stands_bare()
    {
        var json = """{"log":"login with correct-horse-7 failed","dbPassword":"correct-horse-7"}"""u8.ToArray();

        Assert.Equal("""{"log":"login with [SECRET_1] failed","dbPassword":"[SECRET_1]"}""", Encoding.UTF8.GetString(Redactor.Default.RedactJson(json).Json));
    }
}
