using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Web.Routing;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Tests.Callers;

public sealed class AccessTests
{
    private static readonly string[] Anonymous = ["get-keys", "get-checkpoint", "get-openapi", "live", "ready"];

    [Fact]
    public async Task Nothing_of_the_api_is_anonymous_but_health_keys_checkpoint_and_its_description()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient client = gate.Client();
        foreach (WebRoute route in ApprovalsRoutes.All.Where(route => route.IsApi))
        {
            string path = route.Pattern.Replace("{id}", Guid.Empty.ToString()).Replace("{keyId}", "x").Replace("{*path}", "0/000");
            HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(route.Method), path));
            if (Anonymous.Contains(route.Name)) Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            else await Contract.IsProblemAsync(response, ProblemTypes.Unauthenticated, route.Name);
        }
    }

    [Fact]
    public async Task Wrong_revoked_and_malformed_keys_are_refused_alike()
    {
        await using Gate gate = await Gate.StartAsync();
        string good = gate.KeyOf(Gate.Etl);
        string revoked = gate.KeyOf(Gate.Bot);
        Assert.True(ApiKey.TryParse(revoked, out string revokedId, out _));
        await gate.Ports.RevokeAsync(revokedId, Gate.Start, CancellationToken.None);
        var details = new HashSet<string>();
        foreach (string value in (string[])
            [
                "Bearer " + good[..^1] + (good[^1] == '0' ? '1' : '0'), "Bearer " + revoked, "Bearer apk_x_y", "Bearer apk_" + new string('0', 16) + "_" + new string('0', 64),
                "Basic eDp5", "Bearer " + good.ToUpperInvariant().Replace("APK", "apk"), "Bearer " + good + " ",
            ])
        {
            using HttpClient client = gate.Client();
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", value.TrimEnd() == value ? value : value + "x");
            JsonElement problem = await Contract.IsProblemAsync(await client.GetAsync("/api/actions"), ProblemTypes.Unauthenticated);
            details.Add(problem.GetProperty("detail").GetString()!);
        }

        Assert.Single(details);
    }

    [Fact]
    public async Task Key_of_somebody_the_directory_no_longer_knows_is_refused()
    {
        await using Gate gate = await Gate.StartAsync(services: services => services.AddSingleton<IDirectory, EmptyDirectory>());
        using HttpClient client = gate.Client(Gate.Etl);
        await Contract.IsProblemAsync(await client.GetAsync("/api/actions"), ProblemTypes.Unauthenticated);
    }

    [Fact]
    public async Task Others_actions_do_not_exist_for_a_requester_and_unasked_reviewers()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        foreach (Principal stranger in (Principal[])[Gate.Bot, Gate.Eve])
        {
            using HttpClient client = gate.Client(stranger);
            foreach (string path in (string[])["", "/view"])
                await Contract.IsProblemAsync(await client.GetAsync($"/api/actions/{document.Id}{path}"), ProblemTypes.NotFound);
            await Contract.IsProblemAsync(await client.GetAsync("/api/records/" + document.Id), ProblemTypes.NotFound);
            Assert.Equal(0, (await Gate.ReadAsync(await client.GetAsync("/api/actions"))).GetProperty("actions").GetArrayLength());
        }

        using HttpClient auditor = gate.Client(Gate.Aud);
        await Contract.IsProblemAsync(await auditor.GetAsync($"/api/actions/{document.Id}/release"), ProblemTypes.Forbidden, "get-release");
        foreach (Principal reader in (Principal[])[Gate.Etl, Gate.Ann, Gate.Aud, Gate.Root])
        {
            using HttpClient client = gate.Client(reader);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/actions/" + document.Id)).StatusCode);
            Assert.Equal(1, (await Gate.ReadAsync(await client.GetAsync("/api/actions"))).GetProperty("actions").GetArrayLength());
        }
    }

    [Fact]
    public async Task Roles_are_kept_apart()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        async Task Refused(Principal who, HttpMethod method, string path, string body, ProblemType problem)
        {
            using HttpClient client = gate.Client(who);
            await Contract.IsProblemAsync(await client.SendAsync(new HttpRequestMessage(method, path) { Content = Gate.Json(body) }), problem);
        }

        string vote = $$"""{"verdict":"approve","viewDigest":"{{document.View!.Digest}}"}""";
        await Refused(Gate.Root, HttpMethod.Post, $"/api/actions/{document.Id}/votes", vote, ProblemTypes.Forbidden);
        await Refused(Gate.Etl, HttpMethod.Post, $"/api/actions/{document.Id}/votes", vote, ProblemTypes.Forbidden);
        await Refused(Gate.Eve, HttpMethod.Post, $"/api/actions/{document.Id}/votes", vote, ProblemTypes.NotFound);
        await Refused(Gate.Ann, HttpMethod.Post, "/api/actions", """{"type":"a","target":"t"}""", ProblemTypes.Forbidden);
        await Refused(Gate.Ann, HttpMethod.Delete, "/api/actions/" + document.Id, "{}", ProblemTypes.Forbidden);
        await Refused(Gate.Aud, HttpMethod.Delete, "/api/actions/" + document.Id, "{}", ProblemTypes.Forbidden);
        await Refused(Gate.Aud, HttpMethod.Post, "/api/principals", "{}", ProblemTypes.Forbidden);
        await Refused(Gate.Aud, HttpMethod.Get, "/api/principals", "", ProblemTypes.Forbidden);
        await Refused(Gate.Etl, HttpMethod.Get, "/ledger/tile/entries/000.p/1", "", ProblemTypes.NotFound);
    }

    [Fact]
    public async Task Caller_over_the_limit_is_told_when_to_come_back()
    {
        await using Gate gate = await Gate.StartAsync(options => (options.RequestsPerSecond, options.RequestBurst) = (0.5, 3));
        using HttpClient client = gate.Client(Gate.Etl);
        for (int i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/actions")).StatusCode);
        HttpResponseMessage limited = await client.GetAsync("/api/actions");
        await Contract.IsProblemAsync(limited, ProblemTypes.TooManyRequests, "list-actions");
        Assert.Equal(TimeSpan.FromSeconds(2), limited.Headers.RetryAfter!.Delta);

        using HttpClient other = gate.Client(Gate.Bot);
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/api/actions")).StatusCode);
        gate.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/actions")).StatusCode);
    }

    [Fact]
    public async Task Admin_makes_a_key_that_works_until_it_is_revoked()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient root = gate.Client(Gate.Root);
        HttpResponseMessage created = await root.PostAsync(
            "/api/principals", Gate.Json("""{"kind":"agent","subject":"triage","displayName":"Triage","roles":["requester"],"owners":["ann"]}"""));
        JsonElement made = await Gate.ReadAsync(created);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using HttpClient agent = gate.Client();
        agent.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.GetProperty("key").GetString());
        Assert.Equal(HttpStatusCode.Accepted, (await agent.PostAsync("/api/actions", Gate.Json("""{"type":"a","target":"t"}"""))).StatusCode);

        string list = await root.GetStringAsync("/api/principals");
        Assert.Contains("triage", list);
        Assert.DoesNotContain(made.GetProperty("key").GetString()![^64..], list);
        string keyId = made.GetProperty("keyId").GetString()!;
        Assert.Equal(HttpStatusCode.NoContent, (await root.DeleteAsync("/api/principals/" + keyId)).StatusCode);
        await Contract.IsProblemAsync(await agent.GetAsync("/api/actions"), ProblemTypes.Unauthenticated);
        await Contract.IsProblemAsync(await root.DeleteAsync("/api/principals/nobody"), ProblemTypes.NotFound, "revoke-principal");
    }

    [Theory]
    [InlineData("""{"kind":"robot","subject":"x","roles":["requester"]}""", "invalid_value")]
    [InlineData("""{"kind":"service","subject":"x","roles":[]}""", "invalid_value")]
    [InlineData("""{"kind":"service","subject":"x","roles":["root"]}""", "invalid_value")]
    [InlineData("""{"kind":"service","subject":"x","roles":["reviewer"]}""", "invalid_value")]
    [InlineData("""{"kind":"service","subject":"a|b","roles":["requester"]}""", "invalid_value")]
    [InlineData("""{"kind":"service","subject":"ann","roles":["requester"]}""", "principal_conflict")]
    [InlineData("""{"kind":"service","subject":"x","roles":["requester"],"owners":["etl"]}""", "unknown_principal")]
    [InlineData("""{"kind":"service","subject":"x","roles":"requester"}""", "wrong_type")]
    public async Task Principals_that_cannot_be_are_refused(string body, string code)
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient root = gate.Client(Gate.Root);
        await Contract.IsProblemAsync(await root.PostAsync("/api/principals", Gate.Json(body)), ProblemTypes.All[code], "create-principal");
    }

    private sealed class EmptyDirectory : IDirectory
    {
        public Task<Principal?> FindAsync(PrincipalId id, CancellationToken cancellationToken) => Task.FromResult<Principal?>(null);

        public Task<IReadOnlyList<Principal>> MembersAsync(IReadOnlyList<string> groups, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Principal>>([]);

        public Task<IReadOnlyList<Principal>> OwnersAsync(PrincipalId id, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Principal>>([]);
    }
}
