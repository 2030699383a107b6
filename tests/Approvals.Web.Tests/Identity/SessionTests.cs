using System.Net;
using AngleSharp.Dom;
using Approvals.Web.Identity.People;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Playwright;

namespace Approvals.Web.Tests.Identity;

/// <summary>What becomes of a session, and how it ends.</summary>
public sealed class SessionTests
{
    private const string CookieName = "approvals-session";

    [Fact]
    public async Task Sign_out_ends_the_session_here_and_leads_to_the_providers_own()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        IDocument inbox = await Visitor.ReadAsync(await visitor.SignInAsync("alice"));

        HttpResponseMessage response = await visitor.SendAsync(HttpMethod.Post, "/sign-out", new() { ["form"] = inbox.QuerySelector(".sign-out input[name=form]")!.GetAttribute("value")! });
        var elsewhere = new Uri((await Visitor.ReadAsync(response)).QuerySelector("a.button")!.GetAttribute("href")!);

        Assert.DoesNotContain(CookieName, visitor.Cookies.Keys);
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SendAsync(HttpMethod.Get, "/inbox")).StatusCode);
        Assert.StartsWith(gate.Provider.Url, elsewhere.AbsoluteUri);
        Assert.Contains("id_token_hint=ey", elsewhere.Query);

        // The provider knows the hint as its own: it asks whether to sign out, and its form does.
        IDocument asked = await Visitor.ReadAsync(await visitor.SendAsync(HttpMethod.Get, elsewhere.AbsoluteUri));
        IElement form = asked.QuerySelector("form")!;
        Dictionary<string, string> fields = form.QuerySelectorAll("input[type=hidden]").ToDictionary(input => input.GetAttribute("name")!, input => input.GetAttribute("value")!);
        fields["logout"] = "yes";
        var action = new Uri(elsewhere, form.GetAttribute("action"));
        (HttpResponseMessage back, Uri at) = await visitor.FollowAsync(await visitor.SendAsync(HttpMethod.Post, action.AbsoluteUri, fields), action);
        Assert.Equal("/sign-in", at.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.Equal("login", (await Visitor.ReadAsync((await visitor.FollowAsync(await visitor.SendAsync(HttpMethod.Get, "/sign-in/idp"), gate.Gate.Url)).Response)).QuerySelector("h1")!.TextContent);
    }

    [Fact]
    public async Task Session_ends_with_its_time_and_is_not_prolonged_by_use()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        await visitor.SignInAsync("alice");

        gate.Gate.Time.Advance(TimeSpan.FromHours(7.5));
        Assert.Equal(HttpStatusCode.OK, (await visitor.SendAsync(HttpMethod.Get, "/inbox")).StatusCode);
        gate.Gate.Time.Advance(TimeSpan.FromHours(0.6));
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SendAsync(HttpMethod.Get, "/inbox")).StatusCode);
    }

    [Fact]
    public async Task Person_who_left_the_directory_is_out_at_once()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        await visitor.SignInAsync("alice");
        Assert.Equal(HttpStatusCode.OK, (await visitor.SendAsync(HttpMethod.Get, "/inbox")).StatusCode);

        gate.Gate.Ports.People.Remove(Gate.Ann);
        await RevokeKeysAsync(gate, Gate.Ann);

        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SendAsync(HttpMethod.Get, "/inbox")).StatusCode);
    }

    [Fact]
    public async Task Changed_cookie_is_no_session()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        await visitor.SignInAsync("alice");
        string cookie = visitor.Cookies[CookieName];

        foreach (string changed in (string[])[cookie[..^4] + "AAAA", cookie[4..], "chunks-9999", "x"])
        {
            visitor.Cookies[CookieName] = changed;
            Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SendAsync(HttpMethod.Get, "/inbox")).StatusCode);
        }
    }

    [Fact]
    public async Task Cookie_reads_the_api_and_changes_nothing_through_it()
    {
        await using SignInGate gate = await SignInGate.StartAsync(people: [new PersonAccount(Gate.Root.Id, [Role.Admin, Role.Requester], [new PrincipalId((await OpenIdProvider.SharedAsync()).Url, "alice")])]);
        using Visitor visitor = gate.Visit();
        await visitor.SignInAsync("alice");

        Assert.Equal(HttpStatusCode.OK, (await visitor.SendAsync(HttpMethod.Get, "/api/actions")).StatusCode);
        await Contract.IsProblemAsync(await visitor.SendAsync(HttpMethod.Post, "/api/actions"), ProblemTypes.Unauthenticated);
        await Contract.IsProblemAsync(await visitor.SendAsync(HttpMethod.Post, "/api/principals"), ProblemTypes.Unauthenticated);
    }

    [Fact]
    public async Task Cookies_of_an_https_gate_are_pinned_to_it()
    {
        await using Gate gate = await Gate.StartAsync(start: TimeProvider.System.GetUtcNow());
        using var visitor = new Visitor(gate.Url);
        var options = (ApprovalsWebOptions)gate.Services.GetService(typeof(ApprovalsWebOptions))!;
        options.PublicUrl = new Uri("https://approvals.example");
        IDocument page = await visitor.GetPageAsync("/sign-in");

        HttpResponseMessage response = await visitor.SendAsync(
            HttpMethod.Post, "/sign-in", new() { ["form"] = page.QuerySelector("input[name=form]")!.GetAttribute("value")!, ["key"] = gate.KeyOf(Gate.Ann) });

        string cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"), value => value.Contains(CookieName, StringComparison.Ordinal)).ToLowerInvariant();
        Assert.StartsWith("__host-approvals-session=", cookie);
        foreach (string attribute in (string[])["; path=/", "; secure", "; samesite=lax", "; httponly"]) Assert.Contains(attribute, cookie);
        Assert.DoesNotContain("domain", cookie);
        Assert.DoesNotContain("expires", cookie);
    }

    [Fact]
    public async Task New_keys_of_the_provider_need_no_restart_and_old_ones_die()
    {
        await using OpenIdProvider own = await OpenIdProvider.StartAsync();
        await using SignInGate gate = await SignInGate.StartAsync(own: own);
        using Visitor first = gate.Visit(), second = gate.Visit(), third = gate.Visit();
        Assert.Equal(HttpStatusCode.OK, (await first.SignInAsync("alice")).StatusCode);
        await gate.Provider.RotateAsync();

        HttpResponseMessage tooSoon = await second.SignInAsync("alice");
        gate.Gate.Time.Advance(TimeSpan.FromSeconds(31));
        HttpResponseMessage later = await third.SignInAsync("alice");

        Assert.Contains("jws_kid_unknown", await tooSoon.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await first.SendAsync(HttpMethod.Get, "/inbox")).StatusCode);
    }

    [Fact]
    public async Task Real_browser_signs_in_and_out_without_script()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        await using Chromium chromium = await Chromium.StartAsync();
        IPage page = await chromium.OpenAsync(hasScript: false);
        await page.GotoAsync(gate.Gate.Url + "inbox");
        await page.GetByText("Sign in with Example & Co").ClickAsync();
        await page.GetByLabel("login").FillAsync("alice");
        await page.GetByText("Continue").ClickAsync();
        Assert.Contains("Ann Meyer", await page.InnerTextAsync(".signed-in"));

        await page.GetByText("Sign out").ClickAsync();
        await page.GetByText("Sign out at Example & Co too").ClickAsync();
        await page.GetByText("Yes, sign me out").ClickAsync();
        await page.GetByText("Sign in with Example & Co").ClickAsync();
        await page.GetByLabel("login").WaitForAsync(); // the provider asks again
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_of_signing_in_and_out_pass_axe(bool isDark)
    {
        string axe = AxeCore.Load();
        await using SignInGate gate = await SignInGate.StartAsync();
        await using Chromium chromium = await Chromium.StartAsync();
        IPage page = await chromium.OpenAsync(390, 844, isDark);
        await page.GotoAsync(gate.Gate.Url + "sign-in");
        Assert.Empty(await AxeCore.ViolationsAsync(page, axe));
        await page.GotoAsync(gate.Gate.Url + "sign-in/idp/callback");
        await page.GetByText("The sign-in cannot be finished").First.WaitForAsync();
        Assert.Empty(await AxeCore.ViolationsAsync(page, axe));

        await page.GotoAsync(gate.Gate.Url + "sign-in/idp");
        await page.GetByLabel("login").FillAsync("alice");
        await page.GetByText("Continue").ClickAsync();
        await page.GetByText("Sign out").ClickAsync();
        await page.GetByText("You are signed out here").WaitForAsync();
        Assert.Empty(await AxeCore.ViolationsAsync(page, axe));
        if (Environment.GetEnvironmentVariable("APPROVALS_PAGES") is { } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"signed-out-{isDark}.png") });
            await page.GotoAsync(gate.Gate.Url + "sign-in");
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"sign-in-{isDark}.png") });
        }
    }

    private static async Task RevokeKeysAsync(SignInGate gate, Principal person)
    {
        foreach (Credential credential in await gate.Gate.Ports.ListAsync(CancellationToken.None))
        {
            if (credential.Principal.Id == person.Id) await gate.Gate.Ports.RevokeAsync(credential.KeyId, gate.Gate.Time.GetUtcNow(), CancellationToken.None);
        }
    }
}
