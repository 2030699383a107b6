using System.Net;
using System.Text;
using System.Text.Json;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;

namespace Approvals.Web.Tests.Requests;

public sealed class RoutingTests
{
    [Fact]
    public async Task Unknown_paths_and_wrong_methods_are_problems()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient client = gate.Client(Gate.Etl);
        foreach (string path in (string[])["/nothing", "/api/actions/not-an-id", "/api/actions/" + Guid.Empty.ToString("N"), "/api/actions/" + Guid.Empty.ToString().ToUpperInvariant() + "A", "/assets/other.css"])
            await Contract.IsProblemAsync(await client.GetAsync(path), ProblemTypes.NotFound);

        HttpResponseMessage refused = await client.PatchAsync("/api/actions", null);
        await Contract.IsProblemAsync(refused, ProblemTypes.MethodNotAllowed);
        Assert.Equal(["GET", "HEAD", "POST"], refused.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task Head_answers_as_get_without_a_body()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient client = gate.Client(Gate.Etl);
        HttpResponseMessage head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/actions"));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/api/actions?limit=0")]
    [InlineData("/api/actions?limit=201")]
    [InlineData("/api/actions?limit=x")]
    [InlineData("/api/actions?status=done")]
    [InlineData("/api/actions?stauts=approved")]
    [InlineData("/api/actions?status=approved&status=denied")]
    [InlineData("/api/actions?cursor=nonsense")]
    [InlineData("/api/actions?requester=bot")]
    [InlineData("/api/actions/00000000-0000-0000-0000-000000000000?wait=61")]
    public async Task Query_parameters_are_strict(string path)
    {
        await using Gate gate = await Gate.StartAsync();
        string id = (await gate.SubmitAsync()).GetProperty("id").GetString()!;
        using HttpClient client = gate.Client(Gate.Etl);
        await Contract.IsProblemAsync(await client.GetAsync(path.Replace(Guid.Empty.ToString(), id)), ProblemTypes.InvalidParameter, "list-actions");
    }

    [Fact]
    public async Task Lists_go_on_by_cursor_without_loss_or_repetition()
    {
        await using Gate gate = await Gate.StartAsync();
        var submitted = new List<string>();
        for (int i = 0; i < 5; i++)
        {
            submitted.Add((await gate.SubmitAsync()).GetProperty("id").GetString()!);
            gate.Time.Advance(TimeSpan.FromSeconds(1));
        }

        using HttpClient client = gate.Client(Gate.Etl);
        var listed = new List<string>();
        string? cursor = "";
        while (cursor is not null)
        {
            JsonElement page = await Gate.ReadAsync(await client.GetAsync("/api/actions?limit=2" + (cursor.Length > 0 ? "&cursor=" + Uri.EscapeDataString(cursor) : "")));
            listed.AddRange(page.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("id").GetString()!));
            cursor = page.TryGetProperty("nextCursor", out JsonElement next) ? next.GetString() : null;
        }

        submitted.Reverse();
        Assert.Equal(submitted, listed);
    }

    [Fact]
    public async Task Health_tells_what_works_and_nothing_of_the_inside()
    {
        await using Gate gate = await Gate.StartAsync(services: services => services.AddReadiness());
        using HttpClient client = gate.Client();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        HttpResponseMessage ready = await client.GetAsync("/health/ready");
        string text = await ready.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(["engine:True", "ledger:False", "vault:False"], JsonDocument.Parse(text).RootElement.GetProperty("checks").EnumerateArray().Select(check => $"{check.GetProperty("name")}:{check.GetProperty("ok")}"));
        Assert.DoesNotContain("do not show this", text);
    }

    [Fact]
    public async Task Ledger_is_served_with_the_right_types_and_caching()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient auditor = gate.Client(Gate.Aud);
        HttpResponseMessage checkpoint = await auditor.GetAsync("/ledger/checkpoint");
        HttpResponseMessage keys = await auditor.GetAsync("/.well-known/jwks.json");
        HttpResponseMessage tile = await auditor.GetAsync("/ledger/tile/0/000.p/1");

        Assert.Equal("text/plain", checkpoint.Content.Headers.ContentType!.MediaType);
        Assert.True(checkpoint.Headers.CacheControl!.NoCache);
        Assert.Equal("application/jwk-set+json", keys.Content.Headers.ContentType!.MediaType);
        Assert.Equal([1, 2, 3], await tile.Content.ReadAsByteArrayAsync());
        Assert.Equal(TimeSpan.FromDays(365), tile.Headers.CacheControl!.MaxAge);
        Assert.Equal(HttpStatusCode.OK, (await auditor.GetAsync("/ledger/tile/entries/000.p/1")).StatusCode);
        await Contract.IsProblemAsync(await auditor.GetAsync("/ledger/tile/0/001"), ProblemTypes.NotFound, "get-tile");
        await Contract.IsProblemAsync(await auditor.GetAsync("/ledger/tile/..%2f..%2fetc"), ProblemTypes.NotFound, "get-tile");
    }

    [Fact]
    public async Task Defect_is_a_problem_with_a_trace_id_and_without_data()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Ports.IndexFailure = new InvalidOperationException("password=hunter2");
        using HttpClient client = gate.Client(Gate.Aud);
        JsonElement problem = await Contract.IsProblemAsync(await client.GetAsync("/api/actions/" + Guid.Empty), ProblemTypes.Internal, "get-action");
        string trace = problem.GetProperty("traceId").GetString()!;
        Assert.Contains(gate.Log.Lines, line => line.Contains(trace) && line.Contains(nameof(InvalidOperationException)));
        Assert.DoesNotContain(gate.Log.Lines, line => line.Contains("hunter2"));
        Assert.DoesNotContain("hunter2", problem.GetRawText());
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_refused()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient client = gate.Client(Gate.Etl);
        var content = new ByteArrayContent([.. Encoding.ASCII.GetBytes("{\"type\":\"a\",\"target\":\""), 0xC3, 0x28, .. Encoding.ASCII.GetBytes("\"}")]);
        content.Headers.ContentType = new("application/json");
        await Contract.IsProblemAsync(await client.PostAsync("/api/actions", content), ProblemTypes.InvalidJson, "submit-action");
    }
}
