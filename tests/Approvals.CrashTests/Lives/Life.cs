using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.CrashTests.Gates;

namespace Approvals.CrashTests.Lives;

internal enum LifeKind
{
    Allowed,
    DeniedByPolicy,
    ApprovedByOne,
    ApprovedByTwo,
    DeniedByVote,
    Canceled,

    /// <summary>Votes and a cancellation at once: whichever the gate took first decides.</summary>
    Raced,
    Expired,

    /// <summary>Two people go past the review, and a third looks at it afterwards.</summary>
    BrokenGlass,

    /// <summary>By who stands in for somebody who is away.</summary>
    ApprovedByDeputy,
}

/// <summary>
/// One action from request to receipt, and all that the gate acknowledged about it on the way. Whatever contradicts an earlier acknowledgement
/// fails the test at once; the rest is for <see cref="Promises"/>.
/// </summary>
internal sealed class Life(GateClient gate, LifeKind kind, string name)
{
    private readonly Lock noted = new();
    private readonly TaskCompletionSource submitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> voters = [];

    /// <summary>Something that only the payload holds.</summary>
    public string Canary { get; } = "canary-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..24];

    public LifeKind Kind => kind;

    public string Name => name;

    /// <summary>Whoever votes for somebody else in it.</summary>
    public Deputy? Deputy { get; private set; }

    public string Id { get; private set; } = "";

    public string Digest { get; private set; } = "";

    /// <summary>The terminal status, once anybody was told of one.</summary>
    public string? Status { get; private set; }

    public long LedgerIndex { get; private set; }

    /// <summary>Whose votes were acknowledged as counted.</summary>
    public IReadOnlyList<string> Voters => voters;

    /// <summary>The idempotency key whose redemption was acknowledged.</summary>
    public string? RedeemedUnder { get; private set; }

    public string? Token { get; private set; }

    /// <summary>Completes when the gate has taken the action in.</summary>
    public Task Submitted => submitted.Task;

    public async Task RunAsync()
    {
        await DecideAsync();
        if (kind == LifeKind.BrokenGlass) await BrokenGlass.FollowUpAsync(gate, this);
        if (Deputy is not null) await Deputy.ReturnAsync();
        if (Status == "approved") await ExecuteAsync();
        else Assert.Equal("not_approved", (await gate.GetAsync(Callers.Pipeline, $"api/actions/{Id}/release")).Code);
    }

    /// <summary>Up to the decision.</summary>
    public async Task DecideAsync()
    {
        await SubmitAsync();
        switch (kind)
        {
            case LifeKind.ApprovedByOne:
                await VoteAsync(Callers.Dana, "approve");
                break;
            case LifeKind.ApprovedByTwo:
                await Task.WhenAll(VoteAsync(Callers.Dana, "approve"), VoteAsync(Callers.Rui, "approve"), OwnerVotesInVainAsync());
                break;
            case LifeKind.DeniedByVote:
                await VoteAsync(Callers.Rui, "deny");
                break;
            case LifeKind.Canceled:
                await CancelAsync();
                break;
            case LifeKind.Raced:
                await gate.Link.ReviewAsync(Id).WaitAsync(gate.Patience);
                await Task.WhenAll(VoteAsync(Callers.Dana, "approve"), CancelAsync());
                break;
            case LifeKind.BrokenGlass:
                await BrokenGlass.ConsentAsync(gate, this);
                break;
            case LifeKind.ApprovedByDeputy:
                Deputy = new Deputy(gate, this);
                await Deputy.VoteAsync();
                break;
        }

        await DecidedAsync();
        AssertPossible();
    }

    /// <summary>Up to the question to reviewers.</summary>
    public async Task InReviewAsync()
    {
        await SubmitAsync();
        await gate.Link.ReviewAsync(Id).WaitAsync(gate.Patience);
    }

    /// <summary>From the question to reviewers to the end.</summary>
    public async Task RunFromReviewAsync()
    {
        await CastApprovalAsync();
        await DecidedAsync();
        await ExecuteAsync();
    }

    /// <summary>One vote, sent once.</summary>
    public async Task<Answer> TryVoteAsync()
    {
        Answer view = await gate.GetAsync(Callers.Dana, $"api/actions/{Id}/view");
        return await gate.TryPostAsync(Callers.Dana, $"api/actions/{Id}/votes", Ballot("approve", view));
    }

    public Task CastApprovalAsync() => VoteAsync(Callers.Dana, "approve");

    /// <summary>Takes note of what the gate says about the action; a decision never changes.</summary>
    public void See(JsonElement document) => See(document, Status);

    /// <param name="before">What was known when the gate was asked: answers may overtake each other on their way.</param>
    public void See(JsonElement document, string? before)
    {
        string status = document.GetProperty("status").GetString()!;
        lock (noted)
        {
            if (status is "pending" or "in_review")
            {
                Assert.True(before is null, $"{name}: was {before}, is {status} again.");
                return;
            }

            long index = document.GetProperty("ledger").GetProperty("index").GetInt64();
            if (Status is null) (Status, LedgerIndex) = (status, index);
            Assert.True((Status, LedgerIndex) == (status, index), $"{name}: was {Status} at {LedgerIndex}, is {status} at {index}.");
        }
    }

    private async Task SubmitAsync()
    {
        var body = new JsonObject
        {
            ["type"] = kind switch
            {
                LifeKind.Allowed => "test.allow",
                LifeKind.DeniedByPolicy => "test.unknown",
                LifeKind.ApprovedByTwo => "test.two",
                LifeKind.Expired => "test.brief",
                LifeKind.BrokenGlass => "test.glass",
                _ => "test.one",
            },
            ["target"] = new JsonObject { ["name"] = name },
            ["parameters"] = new JsonObject { ["password"] = Canary },
            ["justification"] = "Needed for the test.",
        };
        JsonElement accepted = await AcceptedAsync(body);
        (Id, Digest) = (accepted.GetProperty("id").GetString()!, accepted.GetProperty("actionDigest").GetString()!);
        submitted.TrySetResult();

        // The same key is the same action, whatever happened in between.
        JsonElement again = await AcceptedAsync(body);
        foreach (string field in (string[])["id", "actionDigest", "nonce"])
            Assert.Equal(accepted.GetProperty(field).GetString(), again.GetProperty(field).GetString());
    }

    private async Task<JsonElement> AcceptedAsync(JsonObject body)
    {
        Answer answer = await gate.PostAsync(Callers.Pipeline, "api/actions", body, "submit-" + name);
        Assert.True(answer.Status == HttpStatusCode.Accepted, $"{name}: {answer.Text}");
        return answer.Json;
    }

    private async Task VoteAsync(string voter, string verdict)
    {
        string? before = Status;
        SeeVote(voter, await CastAsync(voter, verdict), before);
    }

    /// <summary>Takes note of what the gate says of a vote.</summary>
    public void SeeVote(string voter, Answer answer, string? before)
    {
        if (answer.IsSuccess)
        {
            if (answer.Status == HttpStatusCode.OK) lock (noted) voters.Add(voter);
            See(answer.Json, before);
        }
        else
        {
            // A vote is refused only because the action was decided otherwise first.
            Assert.True(kind == LifeKind.Raced && answer.Code is "review_closed" or "vote_not_counted", $"{name}: {voter}: {answer.Text}");
        }
    }

    private async Task OwnerVotesInVainAsync()
    {
        Answer answer = await CastAsync(Callers.Owner, "approve");
        Assert.True(answer.Code is "in_principal_chain" or "review_closed", $"{name}: the owner's vote: {answer.Text}");
    }

    private async Task<Answer> CastAsync(string voter, string verdict)
    {
        await gate.Link.ReviewAsync(Id).WaitAsync(gate.Patience);
        Answer view = await gate.GetAsync(voter, $"api/actions/{Id}/view");
        Assert.True(view.IsSuccess, $"{name}: {voter} sees no view: {view.Text}");
        return await gate.PostAsync(voter, $"api/actions/{Id}/votes", Ballot(verdict, view));
    }

    public static JsonObject Ballot(string verdict, Answer view) => new()
    {
        ["verdict"] = verdict,
        ["justification"] = "Looked at it for the test.",
        ["viewDigest"] = view.Json.GetProperty("digest").GetString(),
    };

    private async Task CancelAsync()
    {
        Answer answer = await gate.DeleteAsync(Callers.Pipeline, $"api/actions/{Id}");
        if (answer.IsSuccess) See(answer.Json);
        else Assert.Equal("already_decided", answer.Code); // by somebody else, or by this request before its answer was lost
    }

    public async Task DecidedAsync()
    {
        while (Status is null)
        {
            Answer answer = await gate.GetAsync(Callers.Pipeline, $"api/actions/{Id}?wait=20");
            Assert.True(answer.IsSuccess, $"{name}: {answer.Text}");
            See(answer.Json);
        }
    }

    private void AssertPossible()
    {
        string[] possible = kind switch
        {
            LifeKind.Allowed or LifeKind.ApprovedByOne or LifeKind.ApprovedByTwo or LifeKind.BrokenGlass or LifeKind.ApprovedByDeputy => ["approved"],
            LifeKind.DeniedByPolicy or LifeKind.DeniedByVote => ["denied"],
            LifeKind.Canceled => ["canceled"],
            LifeKind.Expired => ["expired"],
            _ when voters.Count > 0 => ["approved"],
            _ => ["approved", "canceled"],
        };
        Assert.True(possible.Contains(Status), $"{name}: {kind} ended {Status}.");
    }

    /// <summary>Two executors at once, each with a key of its own and the same token: one of them runs the action.</summary>
    public async Task ExecuteAsync()
    {
        Answer release = await gate.GetAsync(Callers.Pipeline, $"api/actions/{Id}/release");
        Assert.True(release.IsSuccess, $"{name}: {release.Text}");
        Token = release.Json.GetProperty("token").GetString()!;
        string[] rivals = [$"redeem-{name}-a", $"redeem-{name}-b"];
        Answer[] answers = await Task.WhenAll(rivals.Select(RedeemAsync));
        int winner = Array.FindIndex(answers, answer => answer.IsSuccess);
        Assert.True(winner >= 0, $"{name}: nobody could redeem: {answers[0].Text}");
        Assert.Equal("already_redeemed", answers[1 - winner].Code);
        RedeemedUnder = rivals[winner];
        foreach (string outcome in (string[])["started", "succeeded"])
        {
            Answer receipt = await gate.PostAsync(Callers.Pipeline, $"api/actions/{Id}/receipt", new JsonObject { ["outcome"] = outcome });
            Assert.True(receipt.Status == HttpStatusCode.Created, $"{name}: {receipt.Text}");
        }
    }

    public Task<Answer> RedeemAsync(string key) => gate.PostAsync(
        Callers.Pipeline, "api/releases/redeem", new JsonObject { ["token"] = Token, ["actionDigest"] = Digest }, key);
}
