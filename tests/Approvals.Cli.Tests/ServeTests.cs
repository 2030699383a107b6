using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Approvals.Embedded.Configuration;
using Approvals.Policy;

namespace Approvals.Cli.Tests;

/// <summary>A gate that <c>serve</c> runs, used through the other commands.</summary>
public sealed class ServeTests
{
    private const string Request = """{"type":"infra.terraform.apply","target":{"workspace":"prod-eu"},"parameters":{"plan":"p1"},"justification":"Resize before the peak."}""";

    [Fact]
    public async Task Gate_is_set_up_used_and_verified_from_the_command_line()
    {
        using var approvals = new ApprovalsCommand();
        await using var gate = await ServedGate.StartAsync(approvals);
        string admin = gate.AdminKey!;
        string pipeline = await AddAsync(approvals, admin, "--kind", "service", "--subject", "ci", "--role", "requester");
        string person = await AddAsync(approvals, admin, "--kind", "human", "--subject", "you@example.com", "--role", "reviewer");

        string id = await SubmitAsync(approvals, pipeline);
        approvals.Environment["APPROVALS_KEY"] = person;
        string digest = await ViewDigestAsync(approvals, gate, id);
        (await approvals.RunAsync(["vote", id, "--approve", "--justification", "Agreed in CHG-1.", "--view-digest", digest])).AssertExit(0);

        approvals.Environment["APPROVALS_KEY"] = pipeline;
        CommandResult waited = await approvals.RunAsync(["wait", id]);
        waited.AssertExit(0);
        Assert.Contains("approved", waited.Output, StringComparison.Ordinal);

        // A denied action is exit 1, for whoever waits.
        string other = await SubmitAsync(approvals, pipeline);
        approvals.Environment["APPROVALS_KEY"] = person;
        digest = await ViewDigestAsync(approvals, gate, other);
        (await approvals.RunAsync(["vote", other, "--deny", "--justification", "Not this week.", "--view-digest", digest])).AssertExit(0);
        approvals.Environment["APPROVALS_KEY"] = pipeline;
        (await approvals.RunAsync(["wait", other])).AssertExit(1);

        approvals.Environment["APPROVALS_KEY"] = admin;
        CommandResult explained = await approvals.RunAsync(["policy", "explain", id]);
        explained.AssertExit(0);
        Assert.Contains("infrastructure review", explained.Output, StringComparison.Ordinal);
        Assert.Contains("action.type = \"infra.terraform.apply\"", explained.Output, StringComparison.Ordinal);
        (await approvals.RunAsync(["ledger", "verify"])).AssertExit(0);
        (await approvals.RunAsync(["ledger", "export", "exported"])).AssertExit(0);
        string exported = Path.Combine(approvals.Folder, "exported");
        CommandResult verified = await approvals.RunAsync(["ledger", "verify", "exported", "--json"]);
        verified.AssertExit(0);
        Assert.Equal(3, JsonDocument.Parse(verified.Output).RootElement.GetProperty("size").GetInt64()); // the policy, and two decisions
        await VerifyRecordAsync(approvals, id);

        string bundle = Directory.GetFiles(Path.Combine(exported, "tile", "entries"), "*", SearchOption.AllDirectories).First();
        byte[] bytes = await File.ReadAllBytesAsync(bundle);
        bytes[^10] ^= 1;
        await File.WriteAllBytesAsync(bundle, bytes);
        (await approvals.RunAsync(["ledger", "verify", "exported"])).AssertExit(1);
    }

    [Fact]
    public async Task First_start_writes_what_is_missing_and_touches_nothing_else()
    {
        using var approvals = new ApprovalsCommand();
        string policy = Path.Combine(approvals.Folder, "policy.yaml");
        await File.WriteAllTextAsync(policy, "mine, and wrong");
        CommandResult result = await approvals.RunAsync(["serve"]);
        result.AssertExit(2); // the policy, which is the user's
        Assert.Equal("mine, and wrong", await File.ReadAllTextAsync(policy));
        Assert.Equal(ConfigurationTemplate.Text, await File.ReadAllTextAsync(Path.Combine(approvals.Folder, "approvals.yaml")));
    }

    [Fact]
    public async Task Second_start_keeps_keys_and_prints_none()
    {
        using var approvals = new ApprovalsCommand();
        string admin;
        await using (ServedGate first = await ServedGate.StartAsync(approvals)) admin = first.AdminKey!;
        await using ServedGate second = await ServedGate.StartAsync(approvals, isFirst: false);
        approvals.Environment["APPROVALS_KEY"] = admin;
        CommandResult listed = await approvals.RunAsync(["principal", "list"]);
        listed.AssertExit(0);
        Assert.Single(listed.Output.TrimEnd().Split('\n')); // the first start's key, and no other
        Assert.DoesNotContain(admin.Split('_')[^1], listed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_runs_only_when_released()
    {
        using var approvals = new ApprovalsCommand();
        await using ServedGate gate = await ServedGate.StartAsync(approvals, policy: """
            version: 1
            rules:
              - id: yes
                when: action.type == "test.allowed"
                verdict: allow
            """);
        string pipeline = await AddAsync(approvals, gate.AdminKey!, "--kind", "service", "--subject", "ci", "--role", "requester");
        approvals.Environment["APPROVALS_KEY"] = pipeline;
        CommandResult ran = await approvals.RunAsync(["exec", "--type", "test.allowed", "--target", "here", "--", "sh", "-c", "echo ran; exit 7"]);
        ran.AssertExit(7);
        Assert.Equal("ran", ran.Output.Trim());
        CommandResult refused = await approvals.RunAsync(["exec", "--type", "test.denied", "--target", "here", "--", "sh", "-c", "echo ran"]);
        refused.AssertExit(1);
        Assert.DoesNotContain("ran\n", refused.Output, StringComparison.Ordinal);
        Assert.Contains("No rule", refused.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Interrupted_exec_withdraws_the_action_and_runs_nothing()
    {
        using var approvals = new ApprovalsCommand();
        await using ServedGate gate = await ServedGate.StartAsync(approvals);
        approvals.Environment["APPROVALS_KEY"] = await AddAsync(approvals, gate.AdminKey!, "--kind", "service", "--subject", "ci", "--role", "requester");
        using Process exec = approvals.Start("exec", "--type", "infra.terraform.apply", "--target", "here", "--", "sh", "-c", "echo ran");
        await gate.OutputAsync(line => line.Contains("/review/", StringComparison.Ordinal));
        using (Process kill = Process.Start("kill", ["-TERM", exec.Id.ToString()])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await exec.WaitForExitAsync(TestContext.Current.CancellationToken);
        string error = await exec.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, exec.ExitCode);
        Assert.Equal("", await exec.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        string id = Regex.Match(error, "canceled (?<id>[0-9a-f-]{36})", RegexOptions.NonBacktracking).Groups["id"].Value;
        CommandResult waited = await approvals.RunAsync(["wait", id]);
        waited.AssertExit(1);
        Assert.Contains("canceled", waited.Output, StringComparison.Ordinal);
    }

    private static async Task<string> AddAsync(ApprovalsCommand approvals, string admin, params string[] options)
    {
        approvals.Environment["APPROVALS_KEY"] = admin;
        CommandResult result = await approvals.RunAsync(["principal", "add", .. options]);
        result.AssertExit(0);
        return result.Output.Trim();
    }

    private static async Task<string> SubmitAsync(ApprovalsCommand approvals, string key)
    {
        approvals.Environment["APPROVALS_KEY"] = key;
        CommandResult result = await approvals.RunAsync(["submit", "-", "--json"], Request);
        result.AssertExit(0);
        return JsonDocument.Parse(result.Output).RootElement.GetProperty("id").GetString()!;
    }

    private static async Task<string> ViewDigestAsync(ApprovalsCommand approvals, ServedGate gate, string id)
    {
        // The link on standard output says that the review is open.
        await gate.OutputAsync(line => line.Contains("/review/", StringComparison.Ordinal));
        CommandResult shown = await approvals.RunAsync(["show", id, "--json"]);
        shown.AssertExit(0);
        return JsonDocument.Parse(shown.Output).RootElement.GetProperty("view").GetProperty("digest").GetString()!;
    }

    private static async Task VerifyRecordAsync(ApprovalsCommand approvals, string id)
    {
        CommandResult record = await approvals.RunAsync(["show", id, "--record"]);
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, "record.json"), record.Output);
        CommandResult verified = await approvals.RunAsync(["ledger", "verify", "record.json", "--jwks", "exported/jwks.json"]);
        verified.AssertExit(0);
        Assert.StartsWith($"verified: {id} approved", verified.Output, StringComparison.Ordinal);
        (await approvals.RunAsync(["ledger", "verify", "record.json"])).AssertExit(2);
    }
}

/// <summary><c>approvals serve</c> on a free port, until it is disposed.</summary>
internal sealed partial class ServedGate : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> log;

    private ServedGate(Process process)
    {
        this.process = process;
        log = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The first admin key, where this start printed one.</summary>
    public string? AdminKey { get; private set; }

    /// <param name="isFirst">Whether this start makes the first key, and prints it.</param>
    public static async Task<ServedGate> StartAsync(ApprovalsCommand approvals, string? policy = null, bool isFirst = true)
    {
        string config = Path.Combine(approvals.Folder, "approvals.yaml");
        await File.WriteAllTextAsync(Path.Combine(approvals.Folder, "policy.yaml"), policy ?? PolicySet.DefaultYaml);
        await File.WriteAllTextAsync(config, ConfigurationTemplate.Text.Replace("127.0.0.1:5080", "127.0.0.1:0", StringComparison.Ordinal));
        var gate = new ServedGate(approvals.Start("serve"));
        string listens = await gate.OutputAsync(line => line.Contains("listens on", StringComparison.Ordinal));
        approvals.Environment["APPROVALS_URL"] = Url().Match(listens).Value;
        if (isFirst) gate.AdminKey = (await gate.OutputAsync(line => line.Contains("apk_", StringComparison.Ordinal))).Trim();
        else await gate.OutputAsync(line => line.Contains("health/ready", StringComparison.Ordinal));
        return gate;
    }

    /// <summary>The next line on standard output that is the one wanted.</summary>
    public async Task<string> OutputAsync(Func<string, bool> wanted)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (wanted(line)) return line;
        }

        throw new InvalidOperationException($"serve ended: {await log}");
    }

    public async ValueTask DisposeAsync()
    {
        // SIGTERM, as a service manager stops it.
        using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString()])) await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        process.Dispose();
    }

    [GeneratedRegex(@"http://[0-9.:]+", RegexOptions.NonBacktracking)]
    private static partial Regex Url();
}
