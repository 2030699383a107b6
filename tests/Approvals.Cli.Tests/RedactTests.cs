using System.Text;
using System.Text.Json;

namespace Approvals.Cli.Tests;

/// <summary><c>approvals redact</c> as a shell sees it.</summary>
public sealed class RedactTests
{
    private const string Token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

    [Fact]
    public async Task Text_on_standard_input_comes_back_masked_with_a_summary()
    {
        using var approvals = new ApprovalsCommand();

        CommandResult result = await approvals.RunAsync(["redact"], $"deploy with {Token} now\n");

        result.AssertExit(0);
        Assert.Matches("^deploy with \\[SECRET#[0-9a-f]{16}\\] now\n$", result.Output);
        Assert.Contains("SECRET 1", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("doc.json", "{\"mail\": \"anna@contoso.com\",\n \"n\": 1}\n", "{\"mail\": \"[EMAIL_1]\",\n \"n\": 1}\n")]
    [InlineData("lines.jsonl", "{\"mail\":\"anna@contoso.com\"}\n{\"mail\":\"bob@contoso.com\"}\n", "{\"mail\":\"[EMAIL_1]\"}\n{\"mail\":\"[EMAIL_1]\"}\n")]
    [InlineData("unknown", "{\"mail\":\"anna@contoso.com\"}\n{\"mail\":\"bob@contoso.com\"}\n", "{\"mail\":\"[EMAIL_1]\"}\n{\"mail\":\"[EMAIL_1]\"}\n")]
    public async Task Json_keeps_its_shape_whatever_its_name(string name, string content, string expected)
    {
        using var approvals = new ApprovalsCommand();
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, name), content, TestContext.Current.CancellationToken);

        CommandResult result = await approvals.RunAsync(["redact", name]);

        result.AssertExit(0);
        Assert.Equal(expected, result.Output);
    }

    [Fact]
    public async Task Cell_of_a_table_is_read_with_the_name_of_its_column()
    {
        using var approvals = new ApprovalsCommand();
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, "people.csv"), "id,surname,ssn,plan,api_key\n1,\"Qwent, Xi\",219099999,basic,zQ8vK2mN4pR7tW1y\n2,Okonkwo,,basic,\n", TestContext.Current.CancellationToken);

        CommandResult result = await approvals.RunAsync(["redact", "people.csv"]);

        result.AssertExit(0);
        string[] rows = result.Output.TrimEnd().Split('\n');
        Assert.Equal("id,surname,ssn,plan,api_key", rows[0]);
        Assert.Matches("^1,\"\\[PERSON#[0-9a-f]+\\]\",\\[NATIONAL_ID#[0-9a-f]+\\],basic,\\[SECRET#[0-9a-f]+\\]$", rows[1]);
        Assert.Matches("^2,\\[PERSON#[0-9a-f]+\\],,basic,$", rows[2]);
    }

    [Theory]
    [InlineData("secret", $"token {Token}\n", 1)]
    [InlineData("secret", "mail anna@contoso.com\n", 0)]
    [InlineData("EMAIL", "mail anna@contoso.com\n", 1)]
    [InlineData("any", "nothing here\n", 0)]
    public async Task Fail_on_exits_with_1_when_one_is_found(string kind, string text, int exit)
    {
        using var approvals = new ApprovalsCommand();

        (await approvals.RunAsync(["redact", "--fail-on", kind], text)).AssertExit(exit);
    }

    [Fact]
    public async Task Fail_on_names_the_places()
    {
        using var approvals = new ApprovalsCommand();
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, "app.log"), $"started\n€ 😀 token {Token}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, "doc.json"), "{\"db\":{\"password\":\"hunter2!x\"}}", TestContext.Current.CancellationToken);

        CommandResult result = await approvals.RunAsync(["redact", "app.log", "doc.json", "--fail-on", "secret"]);

        result.AssertExit(1);
        Assert.Contains("app.log:2: SECRET (github-token)", result.Error, StringComparison.Ordinal);
        Assert.Contains("doc.json /db/password: SECRET (password-assignment)", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fail_on_something_unknown_is_wrong_use()
    {
        using var approvals = new ApprovalsCommand();

        CommandResult result = await approvals.RunAsync(["redact", "--fail-on", "secrets"], $"{Token}\n");

        result.AssertExit(2);
        Assert.Contains("--fail-on knows no 'secrets'", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Report_that_cannot_be_written_is_an_error_before_anything_is_redacted()
    {
        using var approvals = new ApprovalsCommand();

        CommandResult result = await approvals.RunAsync(["redact", "--report", "absent/report.html"], "text\n");

        result.AssertExit(3);
        Assert.Contains("cannot_write", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Findings_far_into_a_stream_say_their_line_and_place_in_it()
    {
        using var approvals = new ApprovalsCommand();
        const string line = "nothing to see in this line €\n";
        var text = string.Concat(Enumerable.Repeat(line, 60_000)) + $"token {Token}\n";
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, "long.log"), text, TestContext.Current.CancellationToken);

        CommandResult result = await approvals.RunAsync(["redact", "long.log", "--findings"]);

        using JsonDocument finding = JsonDocument.Parse(result.Error.Split('\n')[0]);
        Assert.Equal(60_001, finding.RootElement.GetProperty("line").GetInt32());
        Assert.Equal(text.IndexOf(Token, StringComparison.Ordinal), finding.RootElement.GetProperty("start").GetInt32());
    }

    [Fact]
    public async Task Findings_are_json_lines_on_standard_error_without_values()
    {
        using var approvals = new ApprovalsCommand();

        CommandResult result = await approvals.RunAsync(["redact", "--findings"], $"token {Token}\n");

        using JsonDocument finding = JsonDocument.Parse(result.Error.Split('\n')[0]);
        Assert.Equal("SECRET", finding.RootElement.GetProperty("type").GetString());
        Assert.Equal(6, finding.RootElement.GetProperty("start").GetInt32());
        Assert.DoesNotContain(Token, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_id_and_text_come_back_with_their_findings()
    {
        using var approvals = new ApprovalsCommand();

        CommandResult result = await approvals.RunAsync(["redact", "--jsonl", "--findings"], $$"""{"id":7,"text":"token {{Token}}"}""" + "\n");

        using JsonDocument row = JsonDocument.Parse(result.Output);
        Assert.Equal(7, row.RootElement.GetProperty("id").GetInt32());
        Assert.Equal("token [SECRET_1]", row.RootElement.GetProperty("text").GetString());
        Assert.Equal(46, row.RootElement.GetProperty("findings")[0].GetProperty("end").GetInt32());
    }

    [Fact]
    public async Task Report_counts_by_type_and_rule_and_holds_no_value()
    {
        using var approvals = new ApprovalsCommand();
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, "a<b>.log"), $"token {Token} of anna@contoso.com\n", TestContext.Current.CancellationToken);

        (await approvals.RunAsync(["redact", "a<b>.log", "--report", "report.html"])).AssertExit(0);

        string html = await File.ReadAllTextAsync(Path.Combine(approvals.Folder, "report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("2 values were masked in one file; 1 is a secret", html, StringComparison.Ordinal);
        Assert.Contains("a&lt;b&gt;.log", html, StringComparison.Ordinal);
        Assert.Contains("line 1", html, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, html, StringComparison.Ordinal);
        Assert.DoesNotContain("anna@contoso.com", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_sets_operators_own_rules_and_what_is_allowed()
    {
        using var approvals = new ApprovalsCommand();
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, "redact.yaml"), """
            defaultOperator: mask
            allow: [build@contoso.com]
            rules:
              - { id: ticket, type: TICKET, pattern: "TK-[0-9]{6}" }
            """, TestContext.Current.CancellationToken);

        CommandResult result = await approvals.RunAsync(["redact", "--config", "redact.yaml"], "TK-123456 build@contoso.com anna@contoso.com\n");

        result.AssertExit(0);
        Assert.Equal("[TICKET] build@contoso.com [EMAIL]\n", result.Output);
    }

    [Fact]
    public async Task Config_without_operators_names_values_of_a_stream_by_hash_as_no_config_does()
    {
        using var approvals = new ApprovalsCommand();
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, "redact.yaml"), "allow: [build@contoso.com]\noperators: { EMAIL: pseudonym }\n", TestContext.Current.CancellationToken);

        CommandResult result = await approvals.RunAsync(["redact", "--config", "redact.yaml"], $"anna@contoso.com build@contoso.com {Token}\n");

        result.AssertExit(0);
        Assert.Matches("^\\[EMAIL#[0-9a-f]{16}\\] build@contoso.com \\[SECRET#[0-9a-f]{16}\\]\n$", result.Output);
    }

    [Theory]
    [InlineData("rules: [{ id: bad, pattern: '(' }]", "bad")]
    [InlineData("defaultOperator: shred", "shred")]
    [InlineData("colour: red", "redact.yaml, line 1: There is no setting 'colour'. Settings: minimumConfidence,")]
    [InlineData("just words", "redact.yaml, line 1: This is no mapping of settings")]
    [InlineData("operators: { CREDITCARD: last4 }", "There is no type 'CREDITCARD'")]
    [InlineData("disable: [no-such-rule]", "There is no rule 'no-such-rule'")]
    [InlineData("hashKeyEnv: APPROVALS_TEST_NOT_SET", "APPROVALS_TEST_NOT_SET")]
    public async Task Config_that_makes_no_sense_is_wrong_use(string yaml, string named)
    {
        using var approvals = new ApprovalsCommand();
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, "redact.yaml"), yaml, TestContext.Current.CancellationToken);

        CommandResult result = await approvals.RunAsync(["redact", "--config", "redact.yaml"], "x\n");

        result.AssertExit(2);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("cut.json", "{\"token\":\"" + Token + "\",\"b\":[1,2", "cut.json: The document is not valid JSON at line 1, byte 60")]
    [InlineData("cut.jsonl", "{\"a\":1}\n{\"token\":\"" + Token + "\n", "cut.jsonl: Line 2 of the JSON lines")]
    [InlineData("absent.txt", null, "absent.txt")]
    [InlineData("empty.json", "", "empty.json: The document is empty")]
    [InlineData("quote.csv", "name,password\nAnna,\"" + Token + "\nBob,x\n", "quote.csv: The quote on line 2 is never closed")]
    [InlineData("long.csv", "name,password\nAnna,b," + Token + "\n", "long.csv: The row on line 2 has 3 cells where the header has 2")]
    [InlineData("short.csv", "name,user,password\n\nAnna,hunter2!x\n", "short.csv: The row on line 3 has 2 cells where the header has 3")]
    [InlineData(".", null, "'.' is a folder")]
    public async Task Broken_file_is_an_error_that_names_the_place(string name, string? content, string message)
    {
        using var approvals = new ApprovalsCommand();
        if (content is not null) await File.WriteAllTextAsync(Path.Combine(approvals.Folder, name), content, TestContext.Current.CancellationToken);

        CommandResult result = await approvals.RunAsync(["redact", name]);

        result.AssertExit(3);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_utf8_names_byte_and_line_and_writes_nothing_of_the_block()
    {
        using var approvals = new ApprovalsCommand();
        await File.WriteAllBytesAsync(Path.Combine(approvals.Folder, "broken.log"), [.. Encoding.UTF8.GetBytes($"first\ntoken {Token}\nbad "), 0xFF, (byte)'\n'], TestContext.Current.CancellationToken);

        CommandResult result = await approvals.RunAsync(["redact", "broken.log"]);

        result.AssertExit(3);
        Assert.Contains("broken.log: The text is not valid UTF-8 at byte 57, line 3.", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Private_key_on_the_border_of_two_blocks_is_masked_whole()
    {
        using var approvals = new ApprovalsCommand();
        const string body = "MIIEpAIBAAKCAQEA7bq9Zk3c1xV5tY8uL0pQ2rW6mN4sD8fG1hJ3kL5zX7cV9bN2";
        string key = "-----BEGIN RSA PRIVATE KEY-----\n" + string.Concat(Enumerable.Repeat(body + "\n", 24)) + "-----END RSA PRIVATE KEY-----\n";
        string line = "2026-11-21 10:00:00 INFO nothing to see here\n";
        // The first block ends in the middle of the key.
        string before = string.Concat(Enumerable.Repeat(line, ((1 << 20) - key.Length / 2) / line.Length));

        CommandResult result = await approvals.RunAsync(["redact"], before + key + line);

        result.AssertExit(0);
        Assert.DoesNotContain(body, result.Output, StringComparison.Ordinal);
        Assert.Contains("[PRIVATE_KEY", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_stream_is_redacted_in_order_block_by_block()
    {
        using var approvals = new ApprovalsCommand();
        string path = Path.Combine(approvals.Folder, "long.log");
        await using (StreamWriter writer = File.CreateText(path))
            for (int i = 0; i < 60_000; i++) await writer.WriteLineAsync($"line {i} of user{i % 7}@contoso.com took {i % 900} ms and went well");

        CommandResult result = await approvals.RunAsync(["redact", "long.log"]);

        result.AssertExit(0);
        string[] lines = result.Output.TrimEnd().Split('\n');
        Assert.Equal(60_000, lines.Length);
        Assert.All(lines.Index(), line => Assert.StartsWith($"line {line.Index} of [EMAIL#", line.Item, StringComparison.Ordinal));
        Assert.Equal(7, lines.Select(l => l.Split(' ')[3]).Distinct(StringComparer.Ordinal).Count());
    }
}
