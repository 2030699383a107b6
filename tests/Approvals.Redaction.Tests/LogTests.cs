using System.Globalization;
using System.Text;

namespace Approvals.Redaction.Tests;

/// <summary>Logs: long texts full of numbers, identifiers and addresses, of which few are anybody's.</summary>
public sealed class LogTests
{
    private const string Token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

    [Theory]
    [InlineData("2026-11-21T10:15:00.123Z INFO [worker-3] com.contoso.orders.Service7 - Connection pool stats: active=3 idle=12 waiting=0 total=15")]
    [InlineData("Nov 21 10:15:00 host1 kernel: [12345.678901] usb 1-1: new high-speed USB device number 4 using xhci_hcd")]
    [InlineData("I1121 10:15:00.123456       1 reconciler.go:212] \"volume attached\" pod=\"kube-system/coredns-4504771a70-95ee8\" podUID=4e4ea214-bc49-990f-326b-673981809362")]
    [InlineData("User session 34f3be8e-18f7-f635-f0cf-429781fc5880 expired after 1800 seconds of inactivity")]
    [InlineData("level=info msg=\"ignoring event\" container=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 module=libcontainerd")]
    [InlineData("GC (Allocation Failure) [PSYoungGen: 65536K->10748K(76288K)] 65536K->10756K(251392K), 0.0134 secs")]
    public void Ordinary_line_is_left_alone(string line) => Assert.Empty(Redactor.Default.RedactText(line).Findings);

    [Theory]
    [InlineData("2026-11-21T10:15:00Z")]
    [InlineData("2026-11-21 10:15:00,123")]
    [InlineData("2026/11/21 10:15:00.123456")]
    [InlineData("21/Nov/2026:10:15:00 +0000")]
    [InlineData("10:15:00.123")]
    [InlineData("Nov 21 10:15:00")]
    public void What_stands_beside_a_point_in_time_is_found(string time)
    {
        foreach (var (value, type) in new[] { (Token, "SECRET"), ("203.0.113.77", "IP_ADDRESS"), ("+49 30 901820", "PHONE"), ("4242 4242 4242 4242", "CREDIT_CARD"), ("DE89370400440532013000", "IBAN") })
            foreach (var text in new[] { $"{time} {value} done", $"{time}|{value}", $"value {value}, {time}" })
                Assert.Equal(type, Assert.Single(Redactor.Default.RedactText(text).Findings, f => f.Type != "DATE").Type);
    }

    [Fact]
    public void Number_behind_an_address_is_found() =>
        Assert.Equal(["IP_ADDRESS", "CREDIT_CARD"], Redactor.Default.RedactText("from 203.0.113.77 4242 4242 4242 4242 ok").Findings.Select(f => f.Type));

    [Theory]
    [InlineData("00:1a:2b:3c:4d:5e", "MAC_ADDRESS")]
    [InlineData("10:20:30:40:50:60", "MAC_ADDRESS")]
    [InlineData("2001:db8:10:20:30:40:50:60", "IP_ADDRESS")]
    public void Address_of_digits_is_no_point_in_time(string address, string type) =>
        Assert.Equal(type, Assert.Single(Redactor.Default.RedactText($"interface {address} up").Findings).Type);

    [Fact]
    public void Values_are_found_wherever_they_stand_in_a_long_log()
    {
        var log = Log(4000, every: 97);

        var redacted = Redact(log);

        Assert.DoesNotContain(Token, redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("anna@contoso.com", redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.", redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", redacted, StringComparison.Ordinal);
        Assert.Equal(log.Split('\n').Length, redacted.Split('\n').Length);
    }

    [Fact]
    public void Long_log_redacted_twice_is_the_same()
    {
        var once = Redact(Log(4000, every: 7));

        Assert.Equal(once, Redact(once));
    }

    [Fact]
    public void Long_log_and_its_lines_give_the_same_findings()
    {
        var log = Log(1200, every: 11);
        var lines = log.Split('\n').Sum(line => Redactor.Default.RedactText(line).Findings.Count(f => f.Type is "SECRET" or "IP_ADDRESS" or "EMAIL"));

        Assert.Equal(lines, Redactor.Default.RedactUtf8(Encoding.UTF8.GetBytes(log)).Findings.Count(f => f.Type is "SECRET" or "IP_ADDRESS" or "EMAIL"));
    }

    [Fact]
    public void Escaped_value_is_found_in_a_long_text()
    {
        var escaped = string.Concat(Token.Select(c => $"%{(int)c:X2}"));
        var text = new StringBuilder();
        for (var i = 0; i < 400; i++) text.Append(CultureInfo.InvariantCulture, $"GET /search?q=a%20b&page={i} HTTP/1.1\n");
        text.Append(CultureInfo.InvariantCulture, $"GET /hook?key={escaped} HTTP/1.1\n");

        Assert.DoesNotContain(escaped, Redact(text.ToString()), StringComparison.Ordinal);
    }

    private static string Redact(string text) => Encoding.UTF8.GetString(Redactor.Default.RedactUtf8(Encoding.UTF8.GetBytes(text)).Text.Span);

    private static string Log(int lines, int every)
    {
        var log = new StringBuilder();
        for (var i = 0; i < lines; i++)
        {
            log.Append(CultureInfo.InvariantCulture, $"2026-11-21T10:{i % 60:00}:{i * 7 % 60:00}.{i % 1000:000}Z INFO [worker-{i % 16}] request {i} took {i % 900} ms");
            if (i % every == 0) log.Append(CultureInfo.InvariantCulture, $" from 203.0.113.{i % 250 + 1} ");
            if (i % (every * 3) == 0) log.Append(" by anna@contoso.com ");
            if (i % (every * 5) == 0) log.Append(" password=hunter2!x ");
            if (i % (every * 7) == 0) log.Append(' ').Append(Token).Append(' ');
            log.Append('\n');
        }
        return log.ToString();
    }
}
