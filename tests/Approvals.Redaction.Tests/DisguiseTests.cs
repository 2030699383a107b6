using System.Text;

namespace Approvals.Redaction.Tests;

public sealed class DisguiseTests
{
    private const string Token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

    public static TheoryData<string> Disguises =>
    [
        Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + Token)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(Token)))),
        Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Token)),
        Token.Insert(8, "\u200b"),
        string.Concat(Token.Select(c => $"\\u{(int)c:x4}")),
        string.Concat(Token.Select(c => $"%{(int)c:X2}")),
        Token.Replace("C", "С"),
        string.Concat(Token.Select(c => char.IsAsciiDigit(c) ? (char)(c - '0' + '０') : c)),
    ];

    [Theory]
    [MemberData(nameof(Disguises))]
    public void Token_in_disguise_is_found_whole(string disguised)
    {
        var redacted = Redactor.Default.RedactText($"deploy with {disguised} now");

        Assert.DoesNotContain(disguised, redacted.Text, StringComparison.Ordinal);
        Assert.StartsWith("deploy with [", redacted.Text, StringComparison.Ordinal);
        Assert.EndsWith(" now", redacted.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["mysql","-h","db","--password","hunter2!x"]""", "hunter2!x")]
    [InlineData("""{"env":[{"name":"DB_PASSWORD","value":"hunter2!x"}]}""", "hunter2!x")]
    [InlineData("""{"pass\u0077ord":"hunter2!x"}""", "hunter2!x")]
    public void Value_named_by_its_neighbour_is_found(string json, string secret)
    {
        var redacted = Encoding.UTF8.GetString(Redactor.Default.RedactJson(Encoding.UTF8.GetBytes(json)).Json);
        Assert.DoesNotContain(secret, redacted, StringComparison.Ordinal);
    }
}
