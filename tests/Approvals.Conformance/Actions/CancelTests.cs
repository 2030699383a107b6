using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Judges;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Actions;

public sealed class CancelTests(TargetGate gate)
{
    [Fact]
    public async Task Canceled_action_has_a_record_and_no_release()
    {
        (Submitted action, string view) = await gate.ReviewAsync();
        (await gate.Pipeline.DeleteAsync(action.Path, new JsonObject { ["reason"] = "Ask lena@example.com; superseded." })).Is(200, 202);
        JsonElement shown = await gate.DecidedAsync(action);
        Assert.Equal(("canceled", "requester"), (shown.Status(), shown.GetProperty("decision").GetProperty("by").GetString()));
        Assert.DoesNotContain("lena@example.com", shown.GetRawText(), StringComparison.Ordinal);

        (await gate.Pipeline.DeleteAsync(action.Path)).IsProblem(409, "already_decided");
        (await gate.Ann.VoteAsync(action, view)).IsProblem(409, "review_closed");
        (await gate.Pipeline.GetAsync(action.Path + "/release")).IsProblem(409, "not_approved");
        (await gate.Ann.PostAsync(action.Path + "/review-link", new JsonObject())).IsProblem(409, "review_not_open");
        JsonElement predicate = (await gate.RecordAsync(action)).GetProperty("predicate");
        Assert.Equal("canceled", predicate.GetProperty("decision").GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Admin_cancels_anything_and_others_what_they_asked_for()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        (await gate.Stranger.DeleteAsync(action.Path)).IsProblem(404, "not_found");
        (await gate.Ann.DeleteAsync(action.Path)).IsProblem(403, "forbidden");
        (await gate.Auditor.DeleteAsync(action.Path)).IsProblem(403, "forbidden");
        (await gate.Paul.DeleteAsync(action.Path)).IsProblem(403, "forbidden"); // sees it as a reviewer, and asked for nothing
        Assert.Equal("in_review", (await gate.Pipeline.GetAsync(action.Path)).Is(200).Json.Status());
        (await gate.Admin.DeleteAsync(action.Path)).Is(200, 202);
        Assert.Equal("canceled", (await gate.DecidedAsync(action)).Status());
    }

    [Fact]
    public async Task Decided_action_stays_as_it_is()
    {
        Submitted action = await gate.AllowedAsync();
        (await gate.Pipeline.DeleteAsync(action.Path)).IsProblem(409, "already_decided");
        Assert.Equal("approved", (await gate.Pipeline.GetAsync(action.Path)).Is(200).Json.Status());
    }
}
