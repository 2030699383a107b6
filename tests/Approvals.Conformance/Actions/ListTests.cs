using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Actions;

/// <summary>Lists, whatever else the host holds already: each test asks for what only it has made.</summary>
public sealed class ListTests(TargetGate gate)
{
    [Fact]
    public async Task Pages_follow_each_other_newest_first_without_loss_or_repetition()
    {
        Caller requester = await gate.AddAsync("service", "lister", ["requester"]);
        var submitted = new List<string>();
        for (int i = 0; i < 5; i++) submitted.Add((await requester.SubmitAsync(Scenarios.Denied())).Id);
        submitted.Reverse();

        Assert.Equal(submitted, await AllAsync(requester, "limit=2"));
        Assert.Equal(submitted, await AllAsync(requester, "limit=1&scope=mine"));
        Assert.Equal(submitted, await AllAsync(gate.Auditor, "limit=3&requester=" + requester.Subject));
        Assert.Equal(submitted, await AllAsync(requester, "limit=200"));
    }

    [Fact]
    public async Task Filters_are_of_status_and_type()
    {
        Caller requester = await gate.AddAsync("service", "filterer", ["requester"]);
        string type = "deployment." + gate.Run;
        Submitted allowed = await requester.SubmitAsync(Scenarios.Allowed(type));
        Submitted denied = await requester.SubmitAsync(Scenarios.Denied());
        (Submitted reviewed, _) = await gate.ReviewAsync(requester);
        await gate.DecidedAsync(allowed);
        await gate.DecidedAsync(denied);

        Assert.Equal([allowed.Id], await AllAsync(requester, "status=approved"));
        Assert.Equal([denied.Id], await AllAsync(requester, "status=denied"));
        Assert.Equal([reviewed.Id], await AllAsync(requester, "status=in_review"));
        Assert.Equal([allowed.Id], await AllAsync(requester, "type=" + type));
        Assert.Empty(await AllAsync(requester, "type=" + type + "&status=denied"));
        Assert.Empty(await AllAsync(requester, "status=canceled"));
    }

    [Fact]
    public async Task Scope_is_what_the_role_allows()
    {
        (Submitted action, _) = await gate.ReviewAsync(request: Scenarios.Reviewed("infra." + gate.Unique("scoped")));
        string type = "type=" + action.Request["type"]!.GetValue<string>();

        Assert.Equal([action.Id], await AllAsync(gate.Pipeline, type));
        Assert.Equal([action.Id], await AllAsync(gate.Ann, type + "&scope=review"));
        Assert.Equal([action.Id], await AllAsync(gate.Auditor, type + "&scope=all"));
        Assert.Equal([action.Id], await AllAsync(gate.Admin, type));
        Assert.Empty(await AllAsync(gate.Stranger, type));
        Assert.Empty(await AllAsync(gate.Lou, type));
        (await gate.Pipeline.GetAsync("api/actions?scope=all")).IsProblem(403, "forbidden");
        (await gate.Pipeline.GetAsync("api/actions?scope=review")).IsProblem(403, "forbidden");
        (await gate.Ann.GetAsync("api/actions?scope=mine")).IsProblem(403, "forbidden");
        (await gate.Auditor.GetAsync("api/actions?scope=mine")).IsProblem(403, "forbidden");
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=-1")]
    [InlineData("limit=ten")]
    [InlineData("status=done")]
    [InlineData("status=InReview")]
    [InlineData("scope=everything")]
    [InlineData("stauts=approved")]
    [InlineData("status=approved&status=denied")]
    [InlineData("cursor=nonsense")]
    [InlineData("cursor=AAAA")]
    [InlineData("cursor=%00")]
    [InlineData("requester=somebody-else")]
    public async Task Query_that_says_nothing_sensible_is_refused(string query) =>
        (await gate.Pipeline.GetAsync("api/actions?" + query)).IsProblem(400, "invalid_parameter");

    [Fact]
    public async Task Cursor_of_a_changed_list_is_refused_or_goes_on()
    {
        Caller requester = await gate.AddAsync("service", "cursor", ["requester"]);
        for (int i = 0; i < 3; i++) await requester.SubmitAsync(Scenarios.Denied());
        string cursor = (await requester.GetAsync("api/actions?limit=1")).Is(200).Json.GetProperty("nextCursor").GetString()!;
        for (int i = 0; i < cursor.Length; i++)
        {
            string changed = cursor[..i] + (cursor[i] == 'A' ? 'B' : 'A') + cursor[(i + 1)..];
            (await requester.GetAsync("api/actions?limit=1&cursor=" + Uri.EscapeDataString(changed))).Is(200, 400);
        }
    }

    private static async Task<List<string>> AllAsync(Caller caller, string query)
    {
        var ids = new List<string>();
        string? cursor = null;
        for (int page = 0; page < 50; page++)
        {
            JsonElement list = (await caller.GetAsync($"api/actions?{query}" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)))).Is(200).Json;
            ids.AddRange(list.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("id").GetString()!));
            cursor = list.TryGetProperty("nextCursor", out JsonElement next) ? next.GetString() : null;
            if (cursor is null) return ids;
        }

        throw new InvalidOperationException("The list does not end.");
    }
}
