using System.Net;
using AngleSharp.Dom;
using Approvals.Policy;
using Approvals.Web.Identity.People;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Tests.Identity;

/// <summary>People sign in at the certified provider, and get exactly what is theirs.</summary>
public sealed class SignInTests
{
    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    public async Task Listed_person_signs_in_whatever_algorithm_signs(string algorithm)
    {
        await using SignInGate gate = await SignInGate.StartAsync(algorithm: algorithm);
        using Visitor visitor = gate.Visit();

        HttpResponseMessage response = await visitor.SignInAsync("alice");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("Ann Meyer", (await Visitor.ReadAsync(response)).QuerySelector(".signed-in")!.TextContent);
    }

    [Theory]
    [InlineData("gate-post", "posted")]
    [InlineData("gate-public", null)]
    public async Task Client_shows_its_secret_or_has_none(string clientId, string? secret)
    {
        await using SignInGate gate = await SignInGate.StartAsync(signIn => (signIn.ClientId, signIn.ClientSecret) = (clientId, secret));
        using Visitor visitor = gate.Visit();

        Assert.Equal(HttpStatusCode.OK, (await visitor.SignInAsync("alice")).StatusCode);
    }

    [Fact]
    public async Task Sign_in_is_worth_idp_and_a_second_factor_idp_mfa()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        string needsIdp = await gate.AskAsync(Assurance.Idp), needsMfa = await gate.AskAsync(Assurance.IdpMfa);
        using Visitor plain = gate.Visit(), strong = gate.Visit();
        await plain.SignInAsync("alice");
        await strong.SignInAsync("alice", hasMfa: true);

        Assert.Equal(HttpStatusCode.OK, (await plain.SendAsync(HttpMethod.Get, $"/actions/{needsIdp}/review")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await plain.SendAsync(HttpMethod.Get, $"/actions/{needsMfa}/review")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await strong.SendAsync(HttpMethod.Get, $"/actions/{needsMfa}/review")).StatusCode);

        Assert.Equal(HttpStatusCode.SeeOther, (await ApproveAsync(strong, needsMfa)).StatusCode);
        ActionDocument decided = await gate.Gate.UntilAsync(needsMfa, document => document.IsTerminal);
        Vote vote = Assert.Single(decided.Review!.Votes).Vote;
        Assert.Equal(Gate.Ann.Id, vote.Voter.Id);
        Assert.Equal(Assurance.IdpMfa, vote.Assurance);
    }

    [Fact]
    public async Task Personal_key_is_not_enough_where_policy_asks_for_the_provider()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        string action = await gate.AskAsync(Assurance.Idp);
        using Visitor visitor = gate.Visit();
        IDocument page = await visitor.GetPageAsync("/sign-in");
        Assert.Equal("/sign-in/idp?next=%2Finbox", page.QuerySelector(".issuers a")!.GetAttribute("href"));
        Assert.Equal("Sign in with Example & Co", page.QuerySelector(".issuers a")!.TextContent);
        await visitor.SendAsync(HttpMethod.Post, "/sign-in", new() { ["form"] = page.QuerySelector("input[name=form]")!.GetAttribute("value")!, ["key"] = gate.Gate.KeyOf(Gate.Ann) });

        Assert.Equal(HttpStatusCode.OK, (await visitor.SendAsync(HttpMethod.Get, "/inbox")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await visitor.SendAsync(HttpMethod.Get, $"/actions/{action}/review")).StatusCode);
    }

    [Fact]
    public async Task Step_up_asks_the_provider_for_the_second_factor()
    {
        await using SignInGate gate = await SignInGate.StartAsync(signIn =>
        {
            signIn.StepUp = [new ParameterSettings { Name = "acr_values", Value = "urn:example:two" }];
            signIn.Mfa = [new ClaimSettings { Claim = "acr", Values = ["urn:example:two"] }];
        });
        string action = await gate.AskAsync(Assurance.IdpMfa);
        using Visitor visitor = gate.Visit(), weak = gate.Visit();
        await weak.SignInAsync("alice");
        string more = (await weak.GetPageAsync($"/actions/{action}/review")).QuerySelector("a.button")!.GetAttribute("href")!;
        string choice = (await weak.GetPageAsync(more)).QuerySelector(".issuers a")!.GetAttribute("href")!;
        Assert.Equal($"/sign-in/idp?next=%2Factions%2F{action}%2Freview&mfa=1", choice);
        Assert.DoesNotContain("acr_values", (await visitor.BeginAsync()).Query);
        Assert.Contains("acr_values=urn%3Aexample%3Atwo", (await visitor.BeginAsync("?mfa=1")).Query);

        HttpResponseMessage response = await visitor.SignInAsync("alice", hasMfa: true, $"?mfa=1&next=/actions/{action}/review");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull((await Visitor.ReadAsync(response)).QuerySelector("textarea[name=justification]"));
    }

    [Fact]
    public async Task Request_to_the_provider_has_pkce_nonce_and_state_and_never_the_way_back()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        Uri first = await visitor.BeginAsync("?next=/actions/secret-path"), second = await visitor.BeginAsync();

        foreach (string parameter in (string[])["code_challenge=", "code_challenge_method=S256", "nonce=", "state=", "response_type=code", "scope=openid%20profile%20email%20groups"])
            Assert.Contains(parameter, first.Query);
        Assert.DoesNotContain("secret-path", first.Query);
        Assert.Empty(Parameters(first, "nonce", "state", "code_challenge").Intersect(Parameters(second, "nonce", "state", "code_challenge")));
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/a\nSet-Cookie: x")]
    [InlineData("javascript:alert(1)")]
    public async Task Nobody_is_sent_elsewhere(string next)
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();
        Uri callback = await visitor.ConsentAsync(await visitor.BeginAsync("?next=" + Uri.EscapeDataString(next)), "alice");

        HttpResponseMessage response = await visitor.SendAsync(HttpMethod.Get, callback.AbsoluteUri);

        Assert.Equal("/inbox", response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Unlisted_person_is_refused_and_told_what_to_do()
    {
        await using SignInGate gate = await SignInGate.StartAsync();
        using Visitor visitor = gate.Visit();

        HttpResponseMessage response = await visitor.SignInAsync("bob");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("Ask an admin of this gate to list you", await response.Content.ReadAsStringAsync());
        Assert.DoesNotContain(visitor.Cookies.Keys, name => name.StartsWith("approvals-session", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Groups_and_roles_by_claims_mean_what_the_configuration_says_and_nothing_else()
    {
        await using SignInGate gate = await SignInGate.StartAsync(signIn =>
        {
            signIn.AdmitUnlisted = true;
            signIn.Groups = new ClaimMeaningSettings { Claim = "groups", Map = [new MeaningSettings { Value = "g-owners", Means = ["data-owners"] }] };
            signIn.Roles = new ClaimMeaningSettings { Claim = "roles", Map = [new MeaningSettings { Value = "gate-auditor", Means = ["auditor"] }] };
        });
        string action = await gate.AskAsync(Assurance.Idp);
        using Visitor bob = gate.Visit(), mallory = gate.Visit();

        HttpResponseMessage inbox = await bob.SignInAsync("bob");

        Assert.Contains("Bob Berger", (await Visitor.ReadAsync(inbox)).QuerySelector(".signed-in")!.TextContent);
        Assert.Equal(HttpStatusCode.OK, (await bob.SendAsync(HttpMethod.Get, "/audit")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await bob.SendAsync(HttpMethod.Get, "/manage")).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await ApproveAsync(bob, action)).StatusCode);
        Vote vote = (await gate.Gate.UntilAsync(action, document => document.IsTerminal)).Review!.Votes.Single().Vote;
        Assert.Equal(new PrincipalId(gate.Provider.Url, "bob"), vote.Voter.Id);
        Assert.Equal(["data-owners"], vote.Voter.Groups);
        Assert.Equal(HttpStatusCode.Forbidden, (await mallory.SignInAsync("mallory")).StatusCode);
    }

    [Fact]
    public async Task Verified_address_may_name_a_person_and_an_unverified_one_never_does()
    {
        var alice = new Principal(PrincipalKind.Human, Principal.LocalIssuer, "alice@example.com", "Alice of the gate", ["data-owners"]);
        await using SignInGate gate = await SignInGate.StartAsync(signIn => signIn.Person = "email", people: [new PersonAccount(alice.Id, [Role.Reviewer, Role.Admin], [])]);
        gate.Gate.Ports.People.Add(alice);
        using Visitor real = gate.Visit(), false_ = gate.Visit();

        Assert.Contains("Alice of the gate", (await Visitor.ReadAsync(await real.SignInAsync("alice"))).QuerySelector(".signed-in")!.TextContent);
        Assert.Equal(HttpStatusCode.OK, (await real.SendAsync(HttpMethod.Get, "/manage")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await false_.SignInAsync("mallory")).StatusCode);
    }

    [Fact]
    public async Task Person_known_by_a_subject_is_not_to_be_had_by_an_address()
    {
        var alice = new Principal(PrincipalKind.Human, Principal.LocalIssuer, "alice@example.com", "Alice of the gate", []);
        await using SignInGate gate = await SignInGate.StartAsync(signIn => signIn.Person = "email");
        var directory = gate.Gate.Ports;
        directory.People.Add(alice);
        var identities = new KnownIdentities([new PersonAccount(alice.Id, [Role.Reviewer], [new PrincipalId(gate.Provider.Url, "somebody-else")])]);
        var issuer = SignInGate.IssuerOf(gate.Provider, signIn => signIn.Person = "email").ToIssuer();
        var claims = System.Text.Json.JsonSerializer.SerializeToElement(new { sub = "new-hire", email = "alice@example.com", email_verified = true });

        ProblemException refused = await Assert.ThrowsAsync<ProblemException>(
            async () => await new Admission(identities, directory).IdentifyAsync(issuer, issuer.SignIn!, claims, CancellationToken.None));

        Assert.Equal(ProblemTypes.NotAdmitted, refused.Type);
    }

    internal static async Task<HttpResponseMessage> ApproveAsync(Visitor visitor, string action)
    {
        IDocument page = await visitor.GetPageAsync($"/actions/{action}/review");
        IElement form = page.QuerySelector("textarea[name=justification]")!.Closest("form")!;
        Dictionary<string, string> fields = form.QuerySelectorAll("input[type=hidden]").ToDictionary(input => input.GetAttribute("name")!, input => input.GetAttribute("value")!);
        fields["verdict"] = "approve";
        fields["justification"] = "read and understood";
        return await visitor.SendAsync(HttpMethod.Post, $"/actions/{action}/review", fields);
    }

    private static string[] Parameters(Uri url, params string[] names) =>
        [.. url.Query.TrimStart('?').Split('&').Where(pair => names.Contains(pair.Split('=')[0]))];
}
