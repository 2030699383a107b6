using System.Net;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;

namespace Approvals.Web.Tests.Identity;

/// <summary>Answers of the provider that are not the answer to this browser's question.</summary>
public sealed class HostileSignInTests
{
    [Fact]
    public async Task Token_with_another_nonce_is_refused()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        Uri authorization = await visitor.BeginAsync();
        var other = new Uri(System.Text.RegularExpressions.Regex.Replace(authorization.AbsoluteUri, "nonce=[^&]+", "nonce=another", System.Text.RegularExpressions.RegexOptions.NonBacktracking));
        Assert.NotEqual(authorization, other);

        Uri callback = await visitor.ConsentAsync(other, "alice");

        await IsRefusedAsync(visitor, callback.AbsoluteUri, ProblemTypes.IdTokenInvalid, "nonce_mismatch");
    }

    [Fact]
    public async Task Answer_with_another_state_is_refused()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        Uri callback = await visitor.ConsentAsync(await visitor.BeginAsync(), "alice");

        await IsRefusedAsync(visitor, callback.AbsoluteUri.Replace("state=C", "state=D"), ProblemTypes.SignInState);
        await IsRefusedAsync(visitor, System.Text.RegularExpressions.Regex.Replace(callback.AbsoluteUri, "state=[^&]+", "state=", System.Text.RegularExpressions.RegexOptions.NonBacktracking), ProblemTypes.SignInState);
        await IsRefusedAsync(visitor, "/sign-in/idp/callback", ProblemTypes.SignInState);
    }

    /// <summary>Login forgery: the victim's browser is sent the attacker's answer.</summary>
    [Fact]
    public async Task Answer_to_another_browser_is_refused()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor attacker = gate.Visit(), victim = gate.Visit();
        Uri callback = await attacker.ConsentAsync(await attacker.BeginAsync(), "alice");
        await victim.BeginAsync(); // has a sign-in of its own going on

        await IsRefusedAsync(victim, callback.AbsoluteUri, ProblemTypes.SignInState);
    }

    [Fact]
    public async Task Answer_counts_once()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        Uri callback = await visitor.ConsentAsync(await visitor.BeginAsync(), "alice");
        var before = new Dictionary<string, string>(visitor.Cookies);
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SendAsync(HttpMethod.Get, callback.AbsoluteUri)).StatusCode);

        await IsRefusedAsync(visitor, callback.AbsoluteUri, ProblemTypes.SignInState); // its cookie is gone

        using Visitor thief = gate.Visit();
        foreach ((string name, string value) in before) thief.Cookies[name] = value;
        await IsRefusedAsync(thief, callback.AbsoluteUri, ProblemTypes.SignInState); // and the provider takes a code once
    }

    [Fact]
    public async Task Answer_of_another_issuer_is_refused()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        Uri callback = await visitor.ConsentAsync(await visitor.BeginAsync(), "alice");
        string iss = "iss=" + Uri.EscapeDataString(gate.Provider.Url);
        Assert.Contains(iss, callback.AbsoluteUri);
        var cookies = new Dictionary<string, string>(visitor.Cookies);

        foreach (string changed in (string[])[callback.AbsoluteUri.Replace(iss, "iss=https%3A%2F%2Fevil.example"), callback.AbsoluteUri.Replace("&" + iss, "")])
        {
            Assert.NotEqual(callback.AbsoluteUri, changed);
            using Visitor again = gate.Visit();
            foreach ((string name, string value) in cookies) again.Cookies[name] = value;
            await IsRefusedAsync(again, changed, ProblemTypes.SignInState);
        }
    }

    [Fact]
    public async Task Late_answer_is_refused()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        Uri callback = await visitor.ConsentAsync(await visitor.BeginAsync(), "alice");
        gate.Gate.Time.Advance(TimeSpan.FromMinutes(15));

        await IsRefusedAsync(visitor, callback.AbsoluteUri, ProblemTypes.SignInState);
    }

    [Fact]
    public async Task Token_of_a_provider_whose_clock_is_far_off_is_refused()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        gate.Gate.Time.Advance(TimeSpan.FromHours(-1)); // theirs is an hour ahead
        using Visitor visitor = gate.Visit();
        Uri callback = await visitor.ConsentAsync(await visitor.BeginAsync(), "alice");

        await IsRefusedAsync(visitor, callback.AbsoluteUri, ProblemTypes.IdTokenInvalid, "jwt_issued_in_future");
    }

    [Fact]
    public async Task Person_who_aborts_at_the_provider_is_told_so_and_its_words_are_not_shown()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        Uri callback = await visitor.ConsentAsync(await visitor.BeginAsync(), "alice", aborts: true);
        Assert.Contains("error=access_denied", callback.Query);

        string page = await IsRefusedAsync(visitor, callback.AbsoluteUri, ProblemTypes.SignInRefused);

        Assert.DoesNotContain("alert(1)", page);
        Assert.DoesNotContain(gate.Gate.Log.Lines, line => line.Contains("alert(1)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Head_takes_no_answer_and_begins_nothing()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit(), scanner = gate.Visit();
        Uri callback = await visitor.ConsentAsync(await visitor.BeginAsync(), "alice");

        HttpResponseMessage head = await visitor.SendAsync(HttpMethod.Head, callback.AbsoluteUri);
        HttpResponseMessage begin = await scanner.SendAsync(HttpMethod.Head, "/sign-in/idp");

        Assert.Empty(scanner.Cookies);
        Assert.False(head.Headers.Contains("Set-Cookie"));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (head.StatusCode, begin.StatusCode));
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SendAsync(HttpMethod.Get, callback.AbsoluteUri)).StatusCode);
    }

    [Fact]
    public async Task Issuers_that_are_not_there_have_no_sign_in()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        foreach (string path in (string[])["/sign-in/other", "/sign-in/other/callback", "/sign-in/IDP", "/sign-in/..%2f..%2fadmin"])
            Assert.Equal(HttpStatusCode.NotFound, (await visitor.SendAsync(HttpMethod.Get, path)).StatusCode);
    }

    [Fact]
    public async Task Provider_that_is_down_is_a_503_with_the_time_to_try_again()
    {
        await using OpenIdProvider own = await OpenIdProvider.StartAsync();
        await using SignInGate gate = await SignInGate.StartAsync(own: own);
        await own.DisposeAsync();
        using Visitor visitor = gate.Visit();

        HttpResponseMessage response = await visitor.SendAsync(HttpMethod.Get, "/sign-in/idp");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Nothing_secret_is_logged()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        Uri authorization = await visitor.BeginAsync();
        Uri callback = await visitor.ConsentAsync(authorization, "alice");
        await visitor.SendAsync(HttpMethod.Get, callback.AbsoluteUri);

        string[] secrets = [.. (authorization.Query + "&" + callback.Query).TrimStart('?').Split('&')
            .Where(pair => pair.Split('=')[0] is "code" or "state" or "nonce").Select(pair => pair.Split('=', 2)[1]), .. visitor.Cookies.Values.Where(value => value.Length > 20)];

        Assert.True(secrets.Length >= 4);
        Assert.DoesNotContain(gate.Gate.Log.Lines, line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal)));
        Assert.Contains(gate.Gate.Log.Lines, line => line.Contains("signed in at idp", StringComparison.Ordinal));
    }

    private static async Task<string> IsRefusedAsync(Visitor visitor, string url, ProblemType problem, string? reason = null)
    {
        HttpResponseMessage response = await visitor.SendAsync(HttpMethod.Get, url);
        string page = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == problem.Status, $"{(int)response.StatusCode} instead of {problem.Status}: {page}");
        Assert.Contains(problem.Title.Replace("'", "&#x27;"), page);
        if (reason is not null) Assert.Contains(reason, page);
        Assert.DoesNotContain(visitor.Cookies.Keys, name => name.Contains("approvals-session", StringComparison.Ordinal) && problem != ProblemTypes.SignInState);
        return page;
    }
}
