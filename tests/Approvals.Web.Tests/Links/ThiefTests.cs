using System.Net;
using System.Text;
using Approvals.Policy;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Tests.Links;

/// <summary>People with a link, or a request, that was not made for them.</summary>
public sealed class ThiefTests
{
    [Fact]
    public async Task Replay()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromMinutes(30)));
        ActionDocument document = await gate.InReviewAsync();
        ActionDocument other = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await Forms.OpenAsync(browser, link);
        form["verdict"] = "approve";
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);

        // The very same request again; the same from another browser; the same form to another action's link.
        form["verdict"] = "deny";
        HttpResponseMessage again = await browser.PostAsync(link, new FormUrlEncodedContent(form));
        Assert.EndsWith("/result", again.Headers.Location!.OriginalString);
        using HttpClient thief = gate.Browser();
        Assert.Equal(HttpStatusCode.Forbidden, (await thief.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync(Gallery.LinkOf(gate, other, Gate.Ann), new FormUrlEncodedContent(form))).StatusCode);

        Vote vote = Assert.Single((await gate.Ports.GetAsync(document.Id, CancellationToken.None))!.Review!.Votes).Vote;
        Assert.Equal(Verdict.Approve, vote.Verdict);
        Assert.Empty((await gate.Ports.GetAsync(other.Id, CancellationToken.None))!.Review!.Votes);
    }

    [Fact]
    public async Task Forward_where_policy_wants_an_identity()
    {
        await using Gate gate = await ProvenIdentity.GateAsync();
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromMinutes(30)) { MinimumAssurance = Assurance.Idp });
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);

        // Ben may vote on this action, as himself; Ann's link makes him nobody else. Ann below the assurance is not enough either.
        foreach ((Principal who, Assurance assurance) in new[] { (Gate.Ben, Assurance.IdpMfa), (Gate.Eve, Assurance.Idp), (Gate.Ann, Assurance.Chat) })
        {
            using HttpClient browser = ProvenIdentity.Browser(gate, who, assurance);
            HttpResponseMessage page = await browser.GetAsync(link);
            Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
            Assert.DoesNotContain("data.export", await page.Content.ReadAsStringAsync());
        }

        // Nor does a form that Ann opened herself, sent from Ben's session.
        using HttpClient ann = ProvenIdentity.Browser(gate, Gate.Ann, Assurance.Idp);
        Dictionary<string, string> form = await Forms.OpenAsync(ann, link);
        form["verdict"] = "approve";
        ann.DefaultRequestHeaders.Remove(ProvenIdentity.Header);
        Assert.Equal(HttpStatusCode.Forbidden, (await ann.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);
        ann.DefaultRequestHeaders.Add(ProvenIdentity.Header, "ben Idp");
        Assert.Equal(HttpStatusCode.Forbidden, (await ann.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);
        Assert.Empty((await gate.Ports.GetAsync(document.Id, CancellationToken.None))!.Review!.Votes);

        ann.DefaultRequestHeaders.Remove(ProvenIdentity.Header);
        ann.DefaultRequestHeaders.Add(ProvenIdentity.Header, "ann Idp");
        Assert.Equal(HttpStatusCode.SeeOther, (await ann.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);
        Vote vote = Assert.Single((await gate.UntilAsync(document.Id, shown => shown.IsTerminal)).Review!.Votes).Vote;
        Assert.Equal(("ann", Assurance.Idp), (vote.Voter.Subject, vote.Assurance));
    }

    [Fact]
    public async Task Forward_to_somebody_who_is_signed_in()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient ben = await Forms.SignInAsync(gate, Gate.Ben);
        HttpResponseMessage page = await ben.GetAsync(link);
        string html = await page.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.Contains("made for somebody else", html);
        foreach (string telling in (string[])["data.export", "Ann"]) Assert.DoesNotContain(telling, html);
        using HttpClient own = await Forms.SignInAsync(gate, Gate.Ann);
        Assert.Equal(HttpStatusCode.SeeOther, (await Forms.VoteAsync(own, link, "deny")).StatusCode);
    }

    [Fact]
    public async Task Tampered_token()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient client = gate.Client();
        string guard = (await Forms.OpenAsync(gate.Browser(), link))["form"];
        var answers = new HashSet<string>();
        foreach (string path in (string[])
            ["/review/x", "/review/" + new string('a', 3000), link[..^1], link + "A", link[..90] + (link[90] == 'A' ? 'B' : 'A') + link[91..], "/review/" + guard, "/review/" + document.Id])
        {
            HttpResponseMessage response = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            answers.Add(await response.Content.ReadAsStringAsync());
        }

        Assert.DoesNotContain("data.export", Assert.Single(answers));
    }

    [Fact]
    public async Task Token_that_is_read_guessed_or_found_in_a_store()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string[] tokens = [.. Enumerable.Range(0, 20).Select(_ => Gallery.LinkOf(gate, document, Gate.Ann)["/review/".Length..])];
        Assert.Equal(tokens.Length, tokens.Distinct().Count()); // random, though all say the same

        byte[] bytes = Microsoft.AspNetCore.WebUtilities.WebEncoders.Base64UrlDecode(tokens[0]);
        string readable = Encoding.Latin1.GetString(bytes);
        foreach (string said in (string[])[document.Id, "ann", Principal.LocalIssuer]) Assert.DoesNotContain(said, readable);

        // Sealed and not stored: nothing that the gate keeps or logs helps to make one.
        string kept = System.Text.Json.JsonSerializer.Serialize(gate.Ports.Documents, Durable.DurableJson.Options) + string.Join('\n', gate.Log.Lines);
        Assert.DoesNotContain(tokens, token => kept.Contains(token));
    }

    [Fact]
    public async Task Token_in_a_log()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Assert.Equal(HttpStatusCode.SeeOther, (await Forms.VoteAsync(browser, link, "approve")).StatusCode);
        await browser.GetAsync(link + "/result");
        gate.Ports.IndexFailure = new InvalidOperationException("the disk said " + link);
        Assert.Equal(HttpStatusCode.InternalServerError, (await browser.GetAsync(link)).StatusCode);

        Assert.NotEmpty(gate.Log.Lines);
        Assert.DoesNotContain(gate.Log.Lines, line => line.Contains(link[8..60]));
    }

    [Fact]
    public async Task Link_of_a_plan_that_another_policy_replaced()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gallery.TwoStages;
        ActionDocument document = await gate.InReviewAsync();
        string first = Gallery.LinkOf(gate, document, Gate.Ann);
        string second = Gallery.LinkOf(gate, document with { Review = document.Review! with { StageIndex = 1 } }, Gate.Eve);

        // As the orchestration leaves it: another plan, in another round, that asks for more.
        var owners = new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromMinutes(30));
        await gate.Ports.UpdateAsync(document.Id, shown => shown with { Review = Review.Begin(new ReviewPlan([owners]), shown.Request.Chain, shown.View!.Digest, gate.Time.GetUtcNow(), round: 1) }, CancellationToken.None);
        using HttpClient browser = gate.Browser();
        foreach (string link in (string[])[first, second])
        {
            HttpResponseMessage page = await browser.GetAsync(link);
            Assert.Equal(HttpStatusCode.Gone, page.StatusCode);
            Assert.Contains("being decided anew", await page.Content.ReadAsStringAsync());
        }

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(Gallery.LinkOf(gate, (await gate.Ports.GetAsync(document.Id, CancellationToken.None))!, Gate.Ann))).StatusCode);
        await gate.Ports.UpdateAsync(document.Id, shown => shown with { Review = shown.Review! with { Plan = new ReviewPlan([owners with { MinimumAssurance = Assurance.Idp }]) } }, CancellationToken.None);
        foreach (string link in (string[])[first, second]) Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(link)).StatusCode);
    }

    [Fact]
    public async Task Link_of_a_stage_that_is_over_a_person_who_left_or_a_deadline_that_passed()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gallery.TwoStages;
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient client = gate.Client();
        string ann = Gallery.LinkOf(gate, document, Gate.Ann);

        Review review = document.Review!;
        Vote VoteOf(Principal who) => new("vote:0:" + who.Id, who, Assurance.Link, Verdict.Approve, "long enough", review.ViewDigest, Gate.Start);
        Principal cat = Gate.Ann with { Subject = "cat" };
        gate.Ports.Put(document with { Review = review.Apply(VoteOf(Gate.Ben), Gate.Start).Apply(VoteOf(cat), Gate.Start) });
        await GoneAsync(client, ann, "Your stage of this review is done");

        gate.Ports.Put(document);
        gate.Ports.People.Remove(Gate.Ann);
        foreach (Credential credential in (await ((ICredentialStore)gate.Ports).ListAsync(CancellationToken.None)).Where(credential => credential.Principal.Id == Gate.Ann.Id))
            await gate.Ports.RevokeAsync(credential.KeyId, Gate.Start, CancellationToken.None);
        await GoneAsync(client, ann, "You are not asked any more");
        gate.Ports.People.Add(Gate.Ann);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(ann)).StatusCode);

        gate.Time.Advance(TimeSpan.FromMinutes(91));
        await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        await GoneAsync(client, ann, "This action expired");
    }

    private static async Task GoneAsync(HttpClient client, string link, string headline)
    {
        HttpResponseMessage response = await client.GetAsync(link);
        string html = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.Gone, response.StatusCode);
        Assert.Contains(headline, html);
        Assert.DoesNotContain("<textarea", html);
    }
}
