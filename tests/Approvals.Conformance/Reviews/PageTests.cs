using System.Text.Json;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Reviews;

/// <summary>The pages of signed-in people.</summary>
public sealed class PageTests(TargetGate gate)
{
    private static readonly string[] Pages = ["/inbox", "/audit", "/manage"];

    [Fact]
    public async Task Nobody_sees_a_page_before_signing_in()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        var browser = new Browser(gate);
        foreach (string path in (string[])[.. Pages, "/actions/" + action.Id, $"/actions/{action.Id}/review", $"/actions/{action.Id}/result"])
            Assert.StartsWith("/sign-in?next=", (await browser.OpenAsync(path)).Is(303).Location, StringComparison.Ordinal);
        Assert.Equal("/sign-in", (await browser.OpenAsync("/")).Is(303).Location);
        foreach (string path in (string[])["/manage/principals", "/manage/revocations", $"/actions/{action.Id}/review"])
            Assert.Equal("/sign-in", (await browser.PostAsync(path, new Dictionary<string, string> { ["verdict"] = "approve" })).Is(303).Location);
        Assert.Equal("in_review", (await gate.Auditor.GetAsync(action.Path)).Is(200).Json.Status());
    }

    [Fact]
    public async Task Person_signs_in_decides_in_the_inbox_and_signs_out()
    {
        (Submitted action, string view) = await gate.ReviewAsync(request: Scenarios.Reviewed("infra." + gate.Unique("inbox")));
        string type = action.Request["type"]!.GetValue<string>();
        var browser = new Browser(gate);
        await browser.SignInAsync(gate.Ann);
        Assert.Equal("/inbox", (await browser.OpenAsync("/")).Is(303).Location);
        Assert.Contains(type, (await browser.OpenAsync("/inbox?type=" + type)).Is(200).Text, StringComparison.Ordinal);
        (await browser.OpenAsync("/actions/" + action.Id)).Is(200);
        PageAnswer page = (await browser.OpenAsync($"/actions/{action.Id}/review")).Is(200);
        Assert.Contains(view, page.Answer.Text, StringComparison.Ordinal);
        (await browser.SubmitAsync(page, new() { ["verdict"] = "approve", ["justification"] = Scenarios.Reason })).Is(303, 202);
        Assert.Equal("approved", (await gate.DecidedAsync(action)).Status());
        Assert.Equal("You approved this action", (await browser.OpenAsync($"/actions/{action.Id}/result")).Is(200).Heading);

        PageAnswer inbox = await browser.OpenAsync("/inbox");
        string signOut = inbox.Document.Forms.Single(form => form.GetAttribute("action") == "/sign-out").QuerySelector("[name=form]")!.GetAttribute("value")!;
        (await new Browser(gate).PostAsync("/sign-out", new Dictionary<string, string> { ["form"] = signOut })).Is(403);
        (await browser.PostAsync("/sign-out", new Dictionary<string, string> { ["form"] = signOut })).Is(303);
        (await browser.OpenAsync("/inbox")).Is(303);
    }

    [Fact]
    public async Task Pages_are_for_their_roles()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        (string Path, Caller[] For)[] rules =
        [
            ("/inbox", [gate.Ann, gate.Lou, gate.Auditor, gate.Admin, gate.Paul]),
            ("/audit", [gate.Auditor, gate.Admin]),
            ("/manage", [gate.Admin]),
            ("/actions/" + action.Id, [gate.Ann, gate.Paul, gate.Auditor, gate.Admin]),
        ];
        foreach (Caller person in (Caller[])[gate.Ann, gate.Lou, gate.Paul, gate.Auditor, gate.Admin])
        {
            var browser = new Browser(gate);
            await browser.SignInAsync(person);
            foreach ((string path, Caller[] allowed) in rules)
            {
                int status = (await browser.OpenAsync(path)).Answer.Status;
                Assert.True(allowed.Contains(person) ? status == 200 : status is 403 or 404, $"{person.Subject} at {path}: {status}");
            }
        }
    }

    [Fact]
    public async Task Wrong_key_and_foreign_addresses_lead_nowhere()
    {
        var browser = new Browser(gate);
        PageAnswer signIn = (await browser.OpenAsync("/sign-in?next=https://elsewhere.example")).Is(200);
        (await browser.SubmitAsync(signIn, new() { ["key"] = "apk_0000000000000000_" + new string('0', 64) })).Is(422);
        (await browser.SubmitAsync(signIn, new() { ["key"] = gate.Ann.Key![..^1] })).Is(422);
        (await browser.SubmitAsync(signIn, new() { ["key"] = gate.Ann.Key! }, site: "cross-site")).Is(403);
        Assert.Equal("/inbox", (await browser.SubmitAsync(signIn, new() { ["key"] = gate.Ann.Key! })).Is(303).Location);
        Assert.Equal("/audit", (await browser.SubmitAsync(await browser.OpenAsync("/sign-in?next=/audit"), new() { ["key"] = gate.Ann.Key! })).Is(303).Location);
        foreach (string next in (string[])["//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "/%0d%0aSet-Cookie:x"])
            Assert.Equal("/inbox", (await browser.SubmitAsync(await browser.OpenAsync("/sign-in?next=" + next), new() { ["key"] = gate.Ann.Key! })).Is(303).Location);
    }

    [Fact]
    public async Task Session_reads_the_api_and_changes_nothing_through_it()
    {
        (Submitted action, string view) = await gate.ReviewAsync();
        var browser = new Browser(gate);
        await browser.SignInAsync(gate.Ann);
        Assert.Equal(200, (await browser.OpenAsync("/" + action.Path)).Answer.Status);
        var vote = new HttpRequestMessage(HttpMethod.Post, action.Path + "/votes") { Content = Caller.Json(Scenarios.Vote(view).ToJsonString()) };
        (await browser.SendAsync(vote)).Answer.IsProblem(401, "unauthenticated");
        Assert.Equal("in_review", (await gate.Auditor.GetAsync(action.Path)).Is(200).Json.Status());
    }

    [Fact]
    public async Task Admin_makes_and_ends_a_key_in_the_browser()
    {
        var browser = new Browser(gate);
        await browser.SignInAsync(gate.Admin);
        PageAnswer manage = (await browser.OpenAsync("/manage")).Is(200);
        string subject = gate.Unique("by-hand");
        var create = new Dictionary<string, string> { ["kind"] = "service", ["subject"] = subject, ["roles"] = "requester" };
        (await browser.SubmitAsync(manage, create, site: "cross-site")).Is(403);
        (await browser.SubmitAsync(manage, new(create) { ["subject"] = "" })).Is(422);
        PageAnswer created = (await browser.SubmitAsync(manage, create)).Is(200);
        int at = created.Text.IndexOf("apk_", StringComparison.Ordinal);
        Caller made = gate.Nobody with { Key = created.Text.Substring(at, 85), KeyId = created.Text.Substring(at + 4, 16) };
        (await made.GetAsync("api/actions")).Is(200);
        Assert.DoesNotContain(made.Key, (await browser.OpenAsync("/manage")).Answer.Text, StringComparison.Ordinal);

        string guard = manage.Document.QuerySelector("form[action='/manage/principals'] [name=form]")!.GetAttribute("value")!;
        (await browser.PostAsync("/manage/revocations", new Dictionary<string, string> { ["form"] = guard, ["keyId"] = "0000000000000000" })).Is(404);
        (await browser.PostAsync("/manage/revocations", new Dictionary<string, string> { ["form"] = guard, ["keyId"] = made.KeyId })).Is(303);
        (await made.GetAsync("api/actions")).IsProblem(401, "unauthenticated");
        JsonElement listed = (await gate.Admin.GetAsync("api/principals")).Is(200).Json.GetProperty("principals").EnumerateArray().Single(entry => entry.GetProperty("keyId").GetString() == made.KeyId);
        Assert.True(listed.TryGetProperty("revokedAt", out _));
    }

    [Fact]
    public async Task Style_and_icon_are_served_and_nothing_else()
    {
        var browser = new Browser(gate);
        foreach ((string rel, string type) in ((string, string)[])[("stylesheet", "text/css"), ("icon", "image/svg+xml")])
        {
            string href = (await browser.OpenAsync("/sign-in")).Document.QuerySelector($"link[rel={rel}]")!.GetAttribute("href")!;
            Assert.Equal(type, (await browser.OpenAsync(href)).Is(200).Answer.MediaType);
        }

        foreach (string file in (string[])["other.css", "..%2f..%2fappsettings.json", "icon.png"])
            Assert.Equal(404, (await browser.OpenAsync("/assets/" + file)).Answer.Status);
    }
}
