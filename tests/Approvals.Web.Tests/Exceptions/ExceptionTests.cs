using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Web.Health;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Tests.Exceptions;

/// <summary>Delegation, broken glass and the policy page over HTTP.</summary>
public sealed class ExceptionTests
{
    private const string Why = "The shop is down and customers cannot pay.";
    private static readonly PolicyExceptions Allowed = new(
        new BreakGlassLimits(["others", "data-owners"], ["data.*"], ["followers"], TimeSpan.FromDays(2)), null, new DelegationLimits(TimeSpan.FromDays(21)));

    [Fact]
    public async Task Deputy_sees_the_request_in_the_inbox_and_votes_for_the_one_who_is_away()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Exceptions = Allowed;
        using HttpClient ann = gate.Client(Gate.Ann), eve = gate.Client(Gate.Eve);
        HttpResponseMessage made = await ann.PostAsync("/api/delegations", Gate.Json("""{"to":"eve","groups":["data-owners"],"until":"2026-03-09T08:00:00Z"}"""));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        ActionDocument document = await gate.InReviewAsync();

        Assert.Contains(document.Id, await eve.GetStringAsync("/api/actions?scope=review"), StringComparison.Ordinal);
        Assert.Contains(gate.Ports.Notices, notice => notice.Recipients.Any(person => person.Subject == "eve"));
        HttpResponseMessage vote = await eve.PostAsync($"/api/actions/{document.Id}/votes", Gate.Json($$"""{"verdict":"approve","viewDigest":"{{document.View!.Digest}}"}"""));

        Assert.Equal(HttpStatusCode.OK, vote.StatusCode);
        ActionDocument decided = await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        Assert.Equal(("eve", "ann"), (decided.Review!.Votes[0].Vote.Voter.Subject, decided.Review.Votes[0].For!.Subject));
    }

    [Theory]
    [InlineData("""{"to":"ann","groups":["data-owners"],"until":"2026-03-09T08:00:00Z"}""", "delegation_refused", "delegation_to_self")]
    [InlineData("""{"to":"eve","groups":["data-owners"],"until":"2026-06-09T08:00:00Z"}""", "delegation_refused", "delegation_too_long")]
    [InlineData("""{"to":"eve","groups":["others"],"until":"2026-03-09T08:00:00Z"}""", "invalid_value", "data-owners")]
    [InlineData("""{"to":"etl","groups":["data-owners"],"until":"2026-03-09T08:00:00Z"}""", "unknown_principal", "person")]
    [InlineData("""{"from":"ben","to":"eve","groups":["data-owners"],"until":"2026-03-09T08:00:00Z"}""", "forbidden", "yourself")]
    [InlineData("""{"to":"eve","groups":["data-owners"],"until":"2026-03-01T08:00:00Z"}""", "invalid_value", "to come")]
    [InlineData("""{"to":"eve","groups":["data-owners"],"until":"soon"}""", "invalid_value", "2026-08-31")]
    public async Task Delegation_that_may_not_be_is_refused_with_the_remedy(string body, string code, string remedy)
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Exceptions = Allowed;
        using HttpClient ann = gate.Client(Gate.Ann);
        JsonElement problem = await Gate.ReadAsync(await ann.PostAsync("/api/delegations", Gate.Json(body)));

        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Contains(remedy, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(gate.Ports.Delegations);
    }

    [Fact]
    public async Task Admin_delegates_between_others_and_never_to_themselves()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Exceptions = Allowed;
        using HttpClient root = gate.Client(Gate.Root);
        const string body = """{"from":"ann","to":"root","groups":["data-owners"],"until":"2026-03-09T08:00:00Z"}""";

        Assert.Equal("forbidden", (await Gate.ReadAsync(await root.PostAsync("/api/delegations", Gate.Json(body)))).GetProperty("code").GetString());
        Assert.Empty(gate.Ports.Delegations);
        Assert.Equal(HttpStatusCode.Created, (await root.PostAsync("/api/delegations", Gate.Json(body.Replace("root", "eve")))).StatusCode);
    }

    [Fact]
    public async Task Either_side_may_end_a_delegation_and_others_do_not_see_it()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Exceptions = Allowed;
        using HttpClient ann = gate.Client(Gate.Ann), ben = gate.Client(Gate.Ben), eve = gate.Client(Gate.Eve);
        JsonElement made = await Gate.ReadAsync(await ann.PostAsync("/api/delegations", Gate.Json("""{"to":"eve","groups":["data-owners"],"until":"2026-03-09T08:00:00Z"}""")));
        string url = "/api/delegations/" + made.GetProperty("id").GetString();

        Assert.Equal(HttpStatusCode.NotFound, (await ben.DeleteAsync(url)).StatusCode);
        Assert.Empty((await ben.GetFromJsonAsync<JsonElement>("/api/delegations")).GetProperty("delegations").EnumerateArray());
        Assert.Equal(HttpStatusCode.NoContent, (await eve.DeleteAsync(url)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await ann.DeleteAsync(url)).StatusCode);
    }

    [Fact]
    public async Task Delegation_is_made_and_ended_from_the_page()
    {
        await using Gate gate = await Gate.StartAsync(services: services => services.AddSingleton<ICallerScheme, StrongSignIn>());
        gate.Exceptions = Allowed;
        using HttpClient browser = Strong(gate, Gate.Ann);
        string page = await browser.GetStringAsync("/delegations");

        await PostAsync(browser, "/delegations", page, ("to", "eve"), ("groups", "data-owners"), ("until", "2026-03-09T08:00"));
        Assert.Equal("eve", Assert.Single(gate.Ports.Delegations).To.Subject);
        page = await browser.GetStringAsync("/delegations");
        Assert.Contains("In force", page, StringComparison.Ordinal);
        await PostAsync(browser, "/delegations/end", page, ("id", gate.Ports.Delegations[0].Id));

        Assert.Equal(Gate.Start, gate.Ports.Delegations[0].Until);
    }

    [Fact]
    public async Task Two_people_break_the_glass_and_a_third_reviews_it()
    {
        await using Gate gate = await Gate.StartAsync(services: services => services.AddSingleton<ICallerScheme, StrongSignIn>());
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromHours(1))) with { Exceptions = Allowed };
        ActionDocument document = await gate.InReviewAsync();
        string url = $"/api/actions/{document.Id}/break-glass", body = $$"""{"justification":"{{Why}}","viewDigest":"{{document.View!.Digest}}"}""";
        using HttpClient weak = gate.Client(Gate.Eve), eve = Strong(gate, Gate.Eve), ben = Strong(gate, Gate.Ben), fay = Strong(gate, Follower);

        Assert.Equal("assurance_too_low", (await Gate.ReadAsync(await weak.PostAsync(url, Gate.Json(body)))).GetProperty("code").GetString());
        Assert.Equal("justification_too_short", (await Gate.ReadAsync(await eve.PostAsync(url, Gate.Json(body.Replace(Why, "urgent"))))).GetProperty("code").GetString());
        Assert.Equal("other_view", (await Gate.ReadAsync(await eve.PostAsync(url, Gate.Json(body.Replace(document.View.Digest, "sha256:0"))))).GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, (await eve.PostAsync(url, Gate.Json(body))).StatusCode);
        Assert.False((await gate.UntilAsync(document.Id, shown => shown.Review!.Consents is not null)).IsTerminal);

        string page = await ben.GetStringAsync($"/actions/{document.Id}/break-glass");
        Assert.Contains("Eve Novak", page, StringComparison.Ordinal);
        await PostAsync(ben, $"/actions/{document.Id}/break-glass", page, ("justification", Why));
        ActionDocument broken = await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        Assert.Equal((ActionStatus.Approved, true), (broken.Status, broken.FollowUp!.IsDebt));

        Assert.Contains(document.Id, await fay.GetStringAsync("/follow-ups"), StringComparison.Ordinal);
        string review = await fay.GetStringAsync($"/actions/{document.Id}/follow-up");
        await PostAsync(fay, $"/actions/{document.Id}/follow-up", review, ("finding", "justified"), ("comment", "The outage was real; the export was needed."));
        Assert.False((await gate.UntilAsync(document.Id, shown => shown.FollowUp!.DoneAt is not null)).FollowUp!.IsDebt);
        Assert.Contains("Nothing is owed", await fay.GetStringAsync("/follow-ups"), StringComparison.Ordinal);
        Assert.Equal("follow_up_not_owed", (await Gate.ReadAsync(await fay.PostAsync(
            $"/api/actions/{document.Id}/follow-up", Gate.Json("""{"finding":"justified","comment":"The outage was real; once more."}""")))).GetProperty("code").GetString());
    }

    [Fact]
    public async Task One_person_by_two_identities_does_not_break_the_glass_alone()
    {
        await using Gate gate = await Gate.StartAsync(services: services => services.AddSingleton<ICallerScheme, StrongSignIn>());
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromHours(1))) with { Exceptions = Allowed };
        ActionDocument document = await gate.InReviewAsync();
        string url = $"/api/actions/{document.Id}/break-glass", body = $$"""{"justification":"{{Why}}","viewDigest":"{{document.View!.Digest}}"}""";
        using HttpClient eve = Strong(gate, Gate.Eve), sameEve = Strong(gate, Gate.Eve);
        sameEve.DefaultRequestHeaders.Add(StrongSignIn.Identity, "another-provider");

        Assert.Equal(HttpStatusCode.OK, (await eve.PostAsync(url, Gate.Json(body))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await sameEve.PostAsync(url, Gate.Json(body))).StatusCode); // known already: repeating changes nothing
        await gate.UntilAsync(document.Id, shown => shown.Review!.Consents is not null);

        Assert.Equal(["eve"], gate.Ports.Documents.Single(one => one.Id == document.Id).Review!.Consents!.Select(consent => consent.Voter.Subject));
        Assert.False(gate.Ports.Documents.Single(one => one.Id == document.Id).IsTerminal);
    }

    [Fact]
    public async Task Get_of_the_pages_breaks_and_reviews_nothing()
    {
        await using Gate gate = await Gate.StartAsync(services: services => services.AddSingleton<ICallerScheme, StrongSignIn>());
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromHours(1))) with { Exceptions = Allowed };
        ActionDocument document = await gate.InReviewAsync();
        foreach (Principal person in (Principal[])[Gate.Eve, Gate.Ben])
        {
            using HttpClient browser = Strong(gate, person);
            await browser.GetStringAsync($"/actions/{document.Id}/break-glass");
            HttpResponseMessage forged = await browser.PostAsync($"/actions/{document.Id}/break-glass", new FormUrlEncodedContent([new("justification", Why)]));
            Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        }

        Assert.Null(gate.Ports.Documents.Single(one => one.Id == document.Id).Review!.Consents);
    }

    [Fact]
    public async Task Policy_page_shows_what_is_in_force_its_history_and_what_each_rule_decided()
    {
        await using Gate gate = await Gate.StartAsync(services: services => services.AddSingleton<ICallerScheme, StrongSignIn>());
        var history = gate.Services.GetRequiredService<PolicyHistory>();
        await history.RecordAsync(PolicySet.Load("version: 1\nchangedBy: root\nrules: []\n", "old"), default);
        await history.RecordAsync(gate.Services.GetRequiredService<Func<PolicySet>>()(), default);
        await gate.InReviewAsync();
        using HttpClient auditor = Strong(gate, Gate.Aud), reviewer = gate.Client(Gate.Ann), api = gate.Client(Gate.Aud);

        string page = await auditor.GetStringAsync("/policy");
        JsonElement json = await api.GetFromJsonAsync<JsonElement>("/api/policy");

        Assert.Contains("exports", page, StringComparison.Ordinal); // the rule that decided, which the policy of the file does not have
        Assert.Contains("March 2: 1", page, StringComparison.Ordinal);
        Assert.Contains("root", page, StringComparison.Ordinal);
        Assert.Equal([2, 1], json.GetProperty("history").EnumerateArray().Select(change => change.GetProperty("number").GetInt32()));
        Assert.Equal(HttpStatusCode.Forbidden, (await reviewer.GetAsync("/api/policy")).StatusCode);
    }

    [Fact]
    public async Task Policy_file_that_cannot_be_loaded_is_told_to_auditors_and_leaves_the_gate_ready()
    {
        const string problem = "the policy file as it is now cannot be loaded";
        await using Gate gate = await Gate.StartAsync(services: services => services
            .AddSingleton<ICallerScheme, StrongSignIn>()
            .AddSingleton(new ReadinessCheck("policy", _ => Task.FromResult<string?>(problem)) { IsVital = false }));
        using HttpClient auditor = Strong(gate, Gate.Aud);

        Assert.Contains(problem, await auditor.GetStringAsync("/policy"), StringComparison.Ordinal);
        HttpResponseMessage ready = await auditor.GetAsync("/health/ready");
        Assert.Equal((HttpStatusCode.OK, "degraded"), (ready.StatusCode, (await Gate.ReadAsync(ready)).GetProperty("status").GetString()));
    }

    private static readonly Principal Follower = new(PrincipalKind.Human, Principal.LocalIssuer, "fay", "Fay", ["followers"]);

    private static HttpClient Strong(Gate gate, Principal person)
    {
        HttpClient browser = gate.Browser();
        browser.DefaultRequestHeaders.Add(StrongSignIn.Header, person.Subject);
        return browser;
    }

    private static async Task PostAsync(HttpClient browser, string url, string page, params (string Name, string Value)[] fields)
    {
        // The guard of the form that posts there; the page has one for signing out too.
        string form = page[page.IndexOf($"action=\"{url}\"", StringComparison.Ordinal)..];
        string guard = Regex.Match(form, "name=\"form\" value=\"(?<guard>[^\"]+)\"", RegexOptions.NonBacktracking).Groups["guard"].Value;
        HttpResponseMessage answer = await browser.PostAsync(
            url, new FormUrlEncodedContent([new("form", guard), .. fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))]));
        Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>As an identity provider with a second factor would say it.</summary>
    private sealed class StrongSignIn : ICallerScheme
    {
        public const string Header = "X-Strong";
        public const string Identity = "X-Identity";

        public string? Challenge => null;

        public bool IsAmbient => false;

        public ValueTask<SchemeResult> AuthenticateAsync(HttpContext context)
        {
            string subject = context.Request.Headers[Header].ToString();
            Principal? person = new[] { Gate.Ann, Gate.Ben, Gate.Eve, Gate.Aud, Follower }.FirstOrDefault(one => one.Subject == subject);
            return ValueTask.FromResult(person is null
                ? SchemeResult.NotMine
                : SchemeResult.Accepted(new Caller(person, [person.Subject == "aud" ? Role.Auditor : Role.Reviewer], Assurance.IdpMfa, "strong-" + subject + context.Request.Headers[Identity])));
        }
    }
}
