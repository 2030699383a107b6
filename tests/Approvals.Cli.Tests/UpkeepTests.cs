using System.Text.Json;

namespace Approvals.Cli.Tests;

/// <summary>The commands that look after a data folder, beside a gate that runs on it.</summary>
public sealed class UpkeepTests
{
    [Fact]
    public async Task Backup_of_a_running_gate_is_restored_and_served()
    {
        using var approvals = new ApprovalsCommand();
        string admin;
        await using (ServedGate gate = await ServedGate.StartAsync(approvals))
        {
            admin = gate.AdminKey!;
            CommandResult made = await approvals.RunAsync(["backup", "saved", "--json"]);
            made.AssertExit(0);
            Assert.Equal(1, JsonDocument.Parse(made.Output).RootElement.GetProperty("ledgerSize").GetInt64()); // the policy
            (await approvals.RunAsync(["backup", "saved"])).AssertExit(2);
            (await approvals.RunAsync(["restore", "saved"])).AssertExit(2); // a gate's data is there

            CommandResult busy = await approvals.RunAsync(["purge", "--older-than", "90d"]);
            busy.AssertExit(3);
            Assert.Contains("[folder_in_use]", busy.Error, StringComparison.Ordinal);
        }

        (await approvals.RunAsync(["purge", "--older-than", "soon"])).AssertExit(2);
        CommandResult purged = await approvals.RunAsync(["purge", "--older-than", "90d"]);
        purged.AssertExit(0);
        Assert.StartsWith("purged: 0 actions", purged.Output, StringComparison.Ordinal);

        Directory.Move(Path.Combine(approvals.Folder, "approvals-data"), Path.Combine(approvals.Folder, "lost"));
        CommandResult restored = await approvals.RunAsync(["restore", "saved"]);
        restored.AssertExit(0);
        Assert.StartsWith("restored: approvals-data as of ", restored.Output, StringComparison.Ordinal);
        await using ServedGate again = await ServedGate.StartAsync(approvals, isFirst: false);
        approvals.Environment["APPROVALS_KEY"] = admin;
        (await approvals.RunAsync(["principal", "list"])).AssertExit(0);
    }
}
