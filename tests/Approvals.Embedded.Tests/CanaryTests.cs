using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Approvals.Embedded.Tests;

/// <summary>Promise 5: unique values planted in payloads never appear in any file, log, page, notification, answer or record.</summary>
public sealed class CanaryTests
{
    // One of each kind that redaction finds, none of them anybody's.
    private static readonly string[] Canaries =
    [
        "canary.q7x2w9@nest.example",
        "+49 1512 8841973",
        "4929608327449914",
        "DE75512108001245126199",
        "198.51.100.187",
        "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",
        "AKIAQZ7WXN5KD2RTB4VJ",
        "canary-Pa55-Kx9vTq2LmZ",
    ];

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
            string id = (await gate.SubmitAsync(Request())).GetProperty("id").GetString()!;
            await gate.SettledAsync(id);
            foreach (string path in (string[])[$"api/actions/{id}", $"api/actions/{id}/view", "api/actions"])
                seen.Append(await gate.Auditor.GetStringAsync(path));
            seen.Append(await gate.DecideAsync(id, verdict, "Told " + Canaries[0]));
            await gate.DecidedAsync(id);
            seen.Append(await gate.Auditor.GetStringAsync($"api/records/{id}"));
            if (verdict == "approve") seen.Append(await gate.Pipeline.GetStringAsync($"api/actions/{id}/release"));
            AssertNowhere(DataFiles.Read(gate.DataPath));
        }
        finally
        {
            await gate.Host.DisposeAsync();
        }

        // Again with the host stopped: everything has been written back by then.
        AssertNowhere(DataFiles.Read(gate.DataPath));
        Assert.Contains("waits for review", gate.Printed, StringComparison.Ordinal);
        AssertNowhere(
        [
            ("answers", Encoding.UTF8.GetBytes(seen.ToString())),
            ("log", Encoding.UTF8.GetBytes(gate.Logged)),
            ("console", Encoding.UTF8.GetBytes(gate.Printed)),
        ]);
        Assert.DoesNotContain("/review/", gate.Logged, StringComparison.Ordinal);
        await gate.DisposeAsync();
    }

    private static void AssertNowhere(IEnumerable<(string Name, byte[] Bytes)> places)
    {
        int count = 0;
        foreach ((string name, byte[] bytes) in places)
        {
            count++;
            foreach (string canary in Canaries)
            {
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(canary)) < 0, $"A canary is in {name}.");
                Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(canary)) < 0, $"A canary is in {name}, as UTF-16.");
                foreach (string base64 in Base64Of(canary)) Assert.True(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(base64)) < 0, $"A canary is in {name}, as base64.");
            }
        }

        Assert.NotEqual(0, count);
    }

    /// <summary>How the text looks inside base64, at each of the three positions it can begin at; without the characters at the edges.</summary>
    private static IEnumerable<string> Base64Of(string text)
    {
        for (int lead = 0; lead < 3; lead++)
            yield return Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', lead) + text)).TrimEnd('=')[4..^2];
    }

    private static string Request() => new JsonObject
    {
        ["type"] = "data.export",
        ["target"] = new JsonObject { ["destination"] = "s3://partner-inbound/2026/", ["owner"] = Canaries[0] },
        ["parameters"] = new JsonObject
        {
            ["note"] = $"call {Canaries[1]} or write to {Canaries[0]}",
            ["card"] = Canaries[2],
            ["iban"] = Canaries[3],
            ["from"] = Canaries[4],
            ["env"] = $"GITHUB_TOKEN={Canaries[5]}\nAWS_ACCESS_KEY_ID={Canaries[6]}",
            ["login"] = new JsonObject { ["password"] = Canaries[7] },
        },
        ["context"] = new JsonObject { ["requestedBy"] = Canaries[0], ["line"] = $"password={Canaries[7]}" },
        ["justification"] = $"Asked for by {Canaries[0]} from {Canaries[4]}.",
    }.ToJsonString();
}
