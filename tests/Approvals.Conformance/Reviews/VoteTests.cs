using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Judges;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Reviews;

public sealed class VoteTests(TargetGate gate)
{
    [Theory]
    [InlineData("approve", "approved")]
    [InlineData("deny", "denied")]
    public async Task Vote_that_decides_is_in_the_signed_record(string verdict, string outcome)
    {
        (Submitted action, string view) = await gate.ReviewAsync();
        (await gate.Ann.VoteAsync(action, view, verdict, "Write to lena@example.com, token 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.")).Is(200, 202);
        JsonElement shown = await gate.DecidedAsync(action);
        Assert.Equal((outcome, "people"), (shown.Status(), shown.GetProperty("decision").GetProperty("by").GetString()));

        JsonElement predicate = (await gate.RecordAsync(action)).GetProperty("predicate");
        JsonElement vote = Assert.Single(predicate.GetProperty("votes").EnumerateArray());
        Assert.Equal(gate.Ann.Subject, vote.GetProperty("voter").GetProperty("subject").GetString());
        Assert.Equal((verdict, "link", view), (vote.GetProperty("verdict").GetString(), vote.GetProperty("assurance").GetString(), vote.GetProperty("viewDigest").GetString()));
        Assert.DoesNotContain("lena@example.com", vote.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("ghp_Zq8", vote.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(outcome, predicate.GetProperty("decision").GetProperty("outcome").GetString());
        Assert.Equal(view, predicate.GetProperty("action").GetProperty("viewDigest").GetString());
    }

    [Fact]
    public async Task Nobody_in_the_principal_chain_votes_nor_anybody_who_is_not_asked()
    {
        JsonObject request = Scenarios.Reviewed();
        request["onBehalfOf"] = gate.Paul.Subject;
        (Submitted action, string view) = await gate.ReviewAsync(gate.Pipeline, request);

        (await gate.Olga.VoteAsync(action, view)).IsProblem(403, "in_principal_chain"); // owns the pipeline
        (await gate.Olga.VoteAsync(action, view, "deny")).IsProblem(403, "in_principal_chain");
        (await gate.Olga.PostAsync(action.Path + "/review-link", new JsonObject())).IsProblem(403, "in_principal_chain");
        (await gate.Paul.VoteAsync(action, view)).IsProblem(403, "in_principal_chain"); // for whom it is
        (await gate.Lou.VoteAsync(action, view)).IsProblem(404, "not_found"); // is not asked, so nothing is there
        foreach (Caller caller in (Caller[])[gate.Pipeline, gate.Agent, gate.Runner, gate.Admin, gate.Auditor])
            (await caller.VoteAsync(action, view)).IsProblem(403, "forbidden");
        await NothingChangedAsync(action);
    }

    [Fact]
    public async Task Person_who_asked_does_not_approve_under_a_second_key()
    {
        (Submitted action, string view) = await gate.ReviewAsync(gate.Paul);
        JsonElement created = (await gate.Admin.PostAsync("api/principals", new JsonObject
        {
            ["kind"] = "human", ["subject"] = gate.Paul.Subject, ["roles"] = TargetGate.List(["reviewer"]),
        })).Is(201).Json;
        Caller again = gate.Paul with { Key = created.GetProperty("key").GetString() };
        (await again.VoteAsync(action, view)).IsProblem(403, "in_principal_chain");
        await NothingChangedAsync(action);
    }

    [Fact]
    public async Task Owner_of_an_agent_does_not_approve_for_it()
    {
        JsonObject request = Scenarios.Reviewed("agent.tool.call");
        (Submitted action, string view) = await gate.ReviewAsync(gate.Agent, request);
        (await gate.Olga.VoteAsync(action, view)).IsProblem(403, "in_principal_chain");
        (await gate.Ben.VoteAsync(action, view)).Is(200, 202);
        Assert.Equal("approved", (await gate.DecidedAsync(action)).Status());
    }

    [Fact]
    public async Task Vote_on_another_view_or_without_its_reason_changes_nothing()
    {
        (Submitted action, string view) = await gate.ReviewAsync();
        string other = view[..^1] + (view[^1] == '0' ? '1' : '0');
        (await gate.Ann.VoteAsync(action, other)).IsProblem(409, "other_view");
        (await gate.Ann.VoteAsync(action, "sha256:")).IsProblem(409, "other_view");
        (await gate.Ann.VoteAsync(action, action.Digest)).IsProblem(409, "other_view");
        (await gate.Ann.VoteAsync(action, view, justification: "ok")).IsProblem(422, "justification_too_short");
        (await gate.Ann.VoteAsync(action, view, justification: "   \t          ")).IsProblem(422, "justification_too_short");
        (await gate.Ann.VoteAsync(action, view, justification: null)).IsProblem(422, "justification_too_short");
        (await gate.Ann.VoteAsync(action, view, justification: new string('j', 2001))).IsProblem(422, "invalid_value");
        (await gate.Ann.VoteAsync(action, view, "abstain")).IsProblem(422, "invalid_value");
        await NothingChangedAsync(action);
    }

    [Fact]
    public async Task Repeated_vote_is_the_same_vote()
    {
        (Submitted action, string view) = await gate.ReviewAsync();
        (await gate.Ann.VoteAsync(action, view)).Is(200, 202);
        await gate.DecidedAsync(action);
        (await gate.Ann.VoteAsync(action, view)).Is(200); // an answer that was lost on the way
        (await gate.Ann.VoteAsync(action, view, "deny")).IsProblem(409, "review_closed");
        (await gate.Ben.VoteAsync(action, view, "deny")).IsProblem(409, "review_closed");
        Assert.Single((await gate.RecordAsync(action)).GetProperty("predicate").GetProperty("votes").EnumerateArray());
    }

    [Fact]
    public async Task Nobody_is_asked_about_what_policy_decides()
    {
        Submitted action = await gate.Pipeline.SubmitAsync(Scenarios.Denied());
        JsonElement decided = await gate.DecidedAsync(action);
        string view = decided.GetProperty("view").GetProperty("digest").GetString()!;
        (await gate.Ann.VoteAsync(action, view)).IsProblem(404, "not_found");
        Assert.Equal("denied", (await gate.Pipeline.GetAsync(action.Path)).Is(200).Json.Status());
    }

    [Fact]
    public async Task Reviewer_whose_key_is_revoked_has_no_vote()
    {
        Caller leaver = await gate.AddAsync("human", "leaver", ["reviewer"]);
        (Submitted action, string view) = await gate.ReviewAsync();
        (await leaver.GetAsync(action.Path)).Is(200);
        (await gate.Admin.DeleteAsync("api/principals/" + leaver.KeyId)).Is(204);
        (await leaver.VoteAsync(action, view)).IsProblem(401, "unauthenticated");
        await NothingChangedAsync(action);
    }

    private async Task NothingChangedAsync(Submitted action)
    {
        JsonElement shown = (await gate.Auditor.GetAsync(action.Path)).Is(200).Json;
        Assert.Equal("in_review", shown.Status());
        Assert.Empty(shown.GetProperty("review").GetProperty("votes").EnumerateArray());
    }
}
