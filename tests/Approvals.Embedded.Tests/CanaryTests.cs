using System.Text;
using System.Text.Json;

namespace Approvals.Embedded.Tests;

/// <summary>Promise 5: unique values planted in payloads never appear in any file, log, page, notification, answer or record.</summary>
public sealed class CanaryTests
{
    [Theory]
    [InlineData("approve")]
    [InlineData("deny")]
    public async Task Payload_values_appear_nowhere(string verdict)
    {
        var gate = new TestGate();
        await gate.InitializeAsync();
        var seen = new StringBuilder();
        try
        {
            string id = (await gate.SubmitAsync(Canaries.Request().ToJsonString())).GetProperty("id").GetString()!;
            await gate.SettledAsync(id);
            foreach (string path in (string[])[$"api/actions/{id}", $"api/actions/{id}/view", "api/actions"])
                seen.Append(await gate.Auditor.GetStringAsync(path));
            seen.Append(await gate.DecideAsync(id, verdict, "Told " + Canaries.Values[0]));
            await gate.DecidedAsync(id);
            seen.Append(await gate.Auditor.GetStringAsync($"api/records/{id}"));
            if (verdict == "approve") seen.Append(await gate.Pipeline.GetStringAsync($"api/actions/{id}/release"));
            Canaries.AssertNowhere(DataFiles.Read(gate.DataPath));
        }
        finally
        {
            await gate.Host.DisposeAsync();
        }

        // Again with the host stopped: everything has been written back by then.
        Canaries.AssertNowhere(DataFiles.Read(gate.DataPath));
        Assert.Contains("waits for review", gate.Printed, StringComparison.Ordinal);
        Canaries.AssertNowhere(
        [
            ("answers", Encoding.UTF8.GetBytes(seen.ToString())),
            ("log", Encoding.UTF8.GetBytes(gate.Logged)),
            ("console", Encoding.UTF8.GetBytes(gate.Printed)),
        ]);
        Assert.DoesNotContain("/review/", gate.Logged, StringComparison.Ordinal);
        await gate.DisposeAsync();
    }
}
