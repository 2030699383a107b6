using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Target;
using Approvals.Embedded.Tests;
using Approvals.EndToEnd.Processes;
using Approvals.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Approvals.EndToEnd.Secrecy;

/// <summary>
/// Promise 5 with a real process and a real browser: values planted in every part of a request, and typed into forms, are in no page, answer, notification or
/// output, and in no file of the data folder, while the gate runs and after it has ended.
/// </summary>
public sealed class CanaryTests
{
    private readonly List<(string Name, byte[] Bytes)> seen = [];

    [Theory]
    [InlineData("approve")]
    [InlineData("deny")]
    public async Task Planted_values_are_nowhere(string verdict)
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using LiveGate gate = await LiveGate.StartAsync();
        JsonObject request = Canaries.Request();
        (JsonElement accepted, string link) = await gate.AskAsync(request);
        string id = accepted.GetProperty("id").GetString()!, path = "api/actions/" + id;
        Keep("the answer to the submission", accepted.GetRawText());

        IPage page = await chromium.OpenAsync();
        page.SetDefaultTimeout(120_000);
        await ReadAsync(page, link);
        Assert.True(await page.Locator("mark.mask").CountAsync() >= Canaries.Values.Count - 1); // it was read, and masked
        await page.FillAsync("#justification", $"Told {Canaries.Values[0]} that password={Canaries.Values[7]} must go, by {Canaries.Values[1]}.");
        await page.ClickAsync($"button[value={verdict}]");
        await page.WaitForURLAsync("**/result");
        await ReadAsync(page, null);
        await gate.DecidedAsync(id);
        await ReadAsync(page, link);
        await ReadSignedInAsync(await chromium.OpenAsync(), gate, id);

        foreach (Caller caller in (Caller[])[gate.Pipeline, gate.Dana, gate.Admin])
        {
            foreach (string read in (string[])[path, path + "/view", "api/actions", "api/records/" + id, path + "/release", "ledger/tile/entries/000.p/1"])
                Keep(read, (await caller.GetAsync(read)).Text);
        }

        if (verdict == "approve") await RedeemAsync(gate, request, accepted);
        await RefuseAsync(gate, id);
        Canaries.AssertNowhere(Files(gate.DataFolder));
        Assert.Equal(0, await gate.Process.StopAsync());
        Canaries.AssertNowhere(Files(gate.DataFolder)); // all has been written back by now
        Keep("standard output, with the notifications", gate.Process.Output);
        Keep("standard error", gate.Process.Error);
        Canaries.AssertNowhere(seen);
        Assert.Contains("waits for review", gate.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("/review/", gate.Process.Error, StringComparison.Ordinal);
    }

    /// <summary>The executor sends the whole binding, raw values and all; it is digested and not kept.</summary>
    private async Task RedeemAsync(LiveGate gate, JsonObject request, JsonElement accepted)
    {
        string path = "api/actions/" + accepted.GetProperty("id").GetString();
        JsonNode token = JsonNode.Parse((await gate.Pipeline.GetAsync(path + "/release")).Is(200).Text)!["token"]!;
        JsonObject binding = Conformance.Judges.Bindings.Of(request, accepted);
        JsonObject other = binding.DeepClone().AsObject();
        other["type"] = "data.other";
        Keep("a refused redemption", (await gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = token.DeepClone(), ["binding"] = other })).IsProblem(422, "other_action").Text);
        Keep("the redemption", (await gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = token.DeepClone(), ["binding"] = binding }, Canaries.Values[7])).Is(200).Text);
        Keep("the receipt", (await gate.Pipeline.PostAsync(path + "/receipt", new JsonObject { ["outcome"] = "succeeded" })).Is(201).Text);
    }

    /// <summary>What is refused repeats nothing of what was sent.</summary>
    private async Task RefuseAsync(LiveGate gate, string id)
    {
        string mail = Canaries.Values[0], secret = Canaries.Values[7];
        string[] bodies =
        [
            $$"""{"type":"{{mail}}","target":"{{secret}}"}""", $$"""{"{{mail}}":1}""", $$"""{"type":"a","type":"{{secret}}"}""", $$"""{"type":"a","target":"{{secret}}" """,
            $$"""{"type":"a","target":"{{secret}}","onBehalfOf":"{{mail}}"}""", $$"""{"type":"a","target":"b","callbackUrl":"https://{{secret}}@elsewhere.example/"}""",
        ];
        foreach (string body in bodies)
        {
            Answer refused = await gate.Pipeline.PostAsync("api/actions", body);
            Assert.InRange(refused.Status, 400, 422);
            if (!body.StartsWith("{\"" + mail, StringComparison.Ordinal)) Keep("a refusal", refused.Text); // a pointer names the unknown field, to its sender alone
        }

        Keep("a refused token", (await gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = secret, ["actionDigest"] = "sha256:" + new string('0', 64) })).IsProblem(422, "invalid_token").Text);
        Keep("a refused cancellation", (await gate.Pipeline.DeleteAsync("api/actions/" + id, new JsonObject { ["reason"] = "Ask " + mail })).IsProblem(409, "already_decided").Text);
    }

    private async Task ReadSignedInAsync(IPage page, LiveGate gate, string id)
    {
        page.SetDefaultTimeout(120_000);
        await page.GotoAsync(new Uri(gate.Url, "/sign-in").ToString());
        await page.FillAsync("#key", gate.Admin.Key!);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync("**/inbox");
        foreach (string address in (string[])["/inbox", "/audit", "/manage", "/actions/" + id]) await ReadAsync(page, new Uri(gate.Url, address).ToString());
    }

    /// <summary>What the browser got, and what a person sees of it.</summary>
    private async Task ReadAsync(IPage page, string? address)
    {
        if (address is not null) await page.GotoAsync(address);
        Keep("a page", await page.ContentAsync() + await page.InnerTextAsync("body") + page.Url);
    }

    private void Keep(string name, string text) => seen.Add((name, Encoding.UTF8.GetBytes(text)));

    private static IEnumerable<(string Name, byte[] Bytes)> Files(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == "host.lock") continue; // empty, and locked
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            yield return (Path.GetFileName(file), copy.ToArray());
        }
    }
}
