using System.Net;
using System.Text.Json;
using Approvals.Policy;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Tests.Votes;

/// <summary>Votes and cancellations over the API, and what they lose against.</summary>
public sealed class VoteTests
{
    [Fact]
    public async Task Refusals_have_their_codes()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners", "others"], 2, TimeSpan.FromMinutes(30)) { MinimumJustification = 5 });
        ActionDocument document = await gate.InReviewAsync("""{"type":"a","target":"t","onBehalfOf":"eve"}""");

        await RefusedAsync(gate, document, Gate.Eve, "approve", "long enough", document.View!.Digest, ProblemTypes.InPrincipalChain);
        await RefusedAsync(gate, document, Gate.Ann, "approve", "no", document.View.Digest, ProblemTypes.JustificationTooShort);
        await RefusedAsync(gate, document, Gate.Ann, "approve", "long enough", "sha256:" + new string('0', 64), ProblemTypes.OtherView);
        Assert.Equal(HttpStatusCode.OK, (await VoteAsync(gate, document, Gate.Ann, "approve")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await VoteAsync(gate, document, Gate.Ann, "approve")).StatusCode);
        await RefusedAsync(gate, document, Gate.Ann, "deny", "long enough", document.View.Digest, ProblemTypes.AlreadyVoted);
        Assert.Single((await gate.Ports.GetAsync(document.Id, CancellationToken.None))!.Review!.Votes);
        Assert.Equal(HttpStatusCode.OK, (await VoteAsync(gate, document, Gate.Ben, "approve")).StatusCode);
        await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        await RefusedAsync(gate, document, Gate.Eve, "deny", "long enough", document.View.Digest, ProblemTypes.ReviewClosed);
    }

    [Fact]
    public async Task Link_assurance_does_not_suffice_where_policy_wants_more()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromMinutes(30)) { MinimumAssurance = Assurance.IdpMfa });
        ActionDocument document = await gate.InReviewAsync();
        await RefusedAsync(gate, document, Gate.Ann, "approve", "", document.View!.Digest, ProblemTypes.AssuranceTooLow);
    }

    [Fact]
    public async Task Vote_that_loses_against_the_deadline_is_told_so()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        var held = new TaskCompletionSource();
        gate.Engine.HoldEvents = held.Task;
        Task<HttpResponseMessage> vote = VoteAsync(gate, document, Gate.Ann, "approve");
        await gate.Engine.Raised.WaitAsync(TimeSpan.FromSeconds(20));
        gate.Ports.Put(document with { Status = ActionStatus.Expired, LedgerIndex = 0 });
        await Contract.IsProblemAsync(await vote, ProblemTypes.VoteNotCounted, "vote");
    }

    [Fact]
    public async Task Vote_that_a_later_stage_refused_can_be_cast_again_as_that_stage_wants_it()
    {
        await using Gate gate = await Gate.StartAsync();
        var first = new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromMinutes(30));
        gate.Policy = _ => Gate.Review(first, first with { Name = "again", MinimumJustification = 30 });
        ActionDocument document = await gate.InReviewAsync();

        // Ann's vote for the first stage is on its way while Ben's ends that stage: it arrives in the second, which wants more words.
        var held = new TaskCompletionSource();
        gate.Engine.HoldEvents = held.Task;
        Task<HttpResponseMessage> overtaken = VoteAsync(gate, document, Gate.Ann, "approve");
        await gate.Engine.Raised.WaitAsync(TimeSpan.FromSeconds(20));
        gate.Engine.HoldEvents = null;
        Assert.Equal(HttpStatusCode.OK, (await VoteAsync(gate, document, Gate.Ben, "approve")).StatusCode);
        await gate.UntilAsync(document.Id, shown => shown.Review!.StageIndex == 1);
        held.SetResult();

        HttpResponseMessage again = await VoteAsync(gate, document, Gate.Ann, "approve", "long enough for the second stage too");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal("approved", (await Gate.ReadAsync(again)).GetProperty("status").GetString());
        await overtaken;
    }

    [Fact]
    public async Task Vote_whose_effect_is_not_seen_in_time_is_accepted_but_not_said_to_count()
    {
        await using Gate gate = await Gate.StartAsync(options => options.EffectWait = TimeSpan.Zero);
        gate.Engine.HoldEvents = new TaskCompletionSource().Task;
        ActionDocument document = await gate.InReviewAsync();
        HttpResponseMessage vote = await VoteAsync(gate, document, Gate.Ann, "approve");
        Assert.Equal(HttpStatusCode.Accepted, vote.StatusCode);
        Assert.NotNull(vote.Headers.RetryAfter);
        Assert.Equal(0, (await Gate.ReadAsync(vote)).GetProperty("review").GetProperty("votes").GetArrayLength());
    }

    [Fact]
    public async Task Requester_and_admin_cancel_until_it_is_decided()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument first = await gate.InReviewAsync();
        using HttpClient etl = gate.Client(Gate.Etl);
        JsonElement canceled = await Gate.ReadAsync(await etl.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/api/actions/" + first.Id)
        {
            Content = Gate.Json("""{"reason":"wrong bucket, ask ann@example.com"}"""),
        }));
        Assert.Equal("canceled", canceled.GetProperty("status").GetString());
        Assert.DoesNotContain("ann@example.com", canceled.GetRawText());
        await Contract.IsProblemAsync(await etl.DeleteAsync("/api/actions/" + first.Id), ProblemTypes.AlreadyDecided, "cancel-action");
        await Contract.IsProblemAsync(await etl.GetAsync($"/api/actions/{first.Id}/release"), ProblemTypes.NotApproved, "get-release");

        ActionDocument second = await gate.InReviewAsync();
        await Contract.IsProblemAsync(await etl.GetAsync($"/api/actions/{second.Id}/release"), ProblemTypes.NotDecided, "get-release");
        using HttpClient root = gate.Client(Gate.Root);
        Assert.Equal(HttpStatusCode.OK, (await root.DeleteAsync("/api/actions/" + second.Id)).StatusCode);
    }

    [Fact]
    public async Task Review_link_is_for_the_callers_own_eyes()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient ann = gate.Client(Gate.Ann);
        HttpResponseMessage made = await ann.PostAsync($"/api/actions/{document.Id}/review-link", null);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        string url = (await Gate.ReadAsync(made)).GetProperty("url").GetString()!;
        Assert.Contains("Ann Meyer", await gate.Client().GetStringAsync(url));
        await VoteAsync(gate, document, Gate.Ben, "deny");
        await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        await Contract.IsProblemAsync(await ann.PostAsync($"/api/actions/{document.Id}/review-link", null), ProblemTypes.ReviewNotOpen, "create-review-link");
    }

    [Fact]
    public async Task Waiting_answers_when_the_action_is_decided_and_not_before()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient etl = gate.Client(Gate.Etl);
        Task<HttpResponseMessage> waiting = etl.GetAsync($"/api/actions/{document.Id}?wait=60");
        Assert.Equal(HttpStatusCode.OK, (await VoteAsync(gate, document, Gate.Ann, "approve")).StatusCode);
        Assert.Equal("approved", (await Gate.ReadAsync(await waiting)).GetProperty("status").GetString());
    }

    private static async Task<HttpResponseMessage> VoteAsync(Gate gate, ActionDocument document, Principal voter, string verdict, string justification = "long enough")
    {
        HttpClient client = gate.Client(voter);
        return await client.PostAsync(
            $"/api/actions/{document.Id}/votes", Gate.Json($$"""{"verdict":"{{verdict}}","justification":"{{justification}}","viewDigest":"{{document.View!.Digest}}"}"""));
    }

    private static async Task RefusedAsync(Gate gate, ActionDocument document, Principal voter, string verdict, string justification, string digest, ProblemType problem)
    {
        using HttpClient client = gate.Client(voter);
        await Contract.IsProblemAsync(
            await client.PostAsync(
                $"/api/actions/{document.Id}/votes", Gate.Json($$"""{"verdict":"{{verdict}}","justification":"{{justification}}","viewDigest":"{{digest}}"}""")),
            problem,
            "vote");
    }
}
