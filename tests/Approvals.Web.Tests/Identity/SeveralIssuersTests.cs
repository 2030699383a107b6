using System.Net;
using System.Net.Http.Headers;
using Approvals.Web.Identity;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Web.Identity.Workloads;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Tests.Identity;

/// <summary>Two providers for people and two platforms for workloads in one gate: each vouches for its own, and for nobody of the others.</summary>
public sealed class SeveralIssuersTests
{
    [Fact]
    public async Task The_same_login_is_somebody_else_at_each_provider()
    {
        OpenIdProvider first = await OpenIdProvider.SharedAsync();
        await using OpenIdProvider second = await OpenIdProvider.StartAsync();
        var identity = new IdentityOptions
        {
            Issuers = [SignInGate.IssuerOf(first).ToIssuer(), SignInGate.IssuerOf(second, name: "partner").ToIssuer()],
            People = [Account(Gate.Ann, new PrincipalId(first.Url, "alice")), Account(Gate.Ben, new PrincipalId(second.Url, "alice"))],
        };
        identity.Check();
        await using Gate gate = await Gate.StartAsync(options => options.Identity = identity, start: TimeProvider.System.GetUtcNow());

        foreach ((string issuer, string login, string? name) in new[] { ("idp", "alice", "Ann Meyer"), ("partner", "alice", "Ben Ito"), ("partner", "bob", null) })
        {
            using var visitor = new Visitor(gate.Url);
            HttpResponseMessage response = await visitor.SignInAsync(login, issuer: issuer);
            Assert.Equal(name is null ? HttpStatusCode.Forbidden : HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(name, (await Visitor.ReadAsync(response)).QuerySelector(".signed-in")?.TextContent.Trim());
        }
    }

    [Fact]
    public async Task Token_of_one_platform_counts_by_its_own_rules_and_never_as_the_other()
    {
        const string other = "https://cluster.example";
        MintedTokens ci = await MintedTokens.MintAsync(StaticIssuer.Name, WorkloadGate.Audience, Gate.Start), cluster = await MintedTokens.MintAsync(other, WorkloadGate.Audience, Gate.Start);
        await using Gate gate = await GateAsync(
            Platform("ci", StaticIssuer.Name, ci.Keys, "Export job"),
            Platform("cluster", other, cluster.Keys, "Cluster job"));
        Assert.Equal("Export job", await AskAsync(gate, ci.Good["ES256"]));
        Assert.Equal("Cluster job", await AskAsync(gate, cluster.Good["ES256"]));

        // The same tokens, where each platform publishes the other's keys: it is the issuer's own key that counts.
        await using Gate crossed = await GateAsync(
            Platform("ci", StaticIssuer.Name, cluster.Keys, "Export job"),
            Platform("cluster", other, ci.Keys, "Cluster job"));
        Assert.Null(await AskAsync(crossed, ci.Good["ES256"]));
        Assert.Null(await AskAsync(crossed, cluster.Good["ES256"]));
    }

    private static async Task<Gate> GateAsync(params IssuerSettings[] platforms)
    {
        var identity = new IdentityOptions { Issuers = [.. platforms.Select(platform => platform.ToIssuer())] };
        identity.Check();
        return await Gate.StartAsync(options => options.Identity = identity);
    }

    private static IssuerSettings Platform(string name, string issuer, string keys, string job) => new()
    {
        Name = name,
        Issuer = issuer,
        KeySet = keys,
        Workloads = new WorkloadSettings
        {
            Audience = WorkloadGate.Audience,
            Rules = [new WorkloadRuleSettings { Id = "exports", Claims = [new() { Claim = "repository", Values = ["octo-org/exports"] }], Name = job }],
        },
    };

    /// <summary>As whom the gate took the request; nobody when it refused the token.</summary>
    private static async Task<string?> AskAsync(Gate gate, string token)
    {
        using HttpClient client = gate.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        HttpResponseMessage answer = await client.PostAsync("/api/actions", Gate.Json("""{"type":"data.export","target":"s3://partner"}"""));
        if (answer.StatusCode == HttpStatusCode.Unauthorized) return null;
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await Gate.ReadAsync(answer)).GetProperty("actor").GetProperty("displayName").GetString();
    }

    private static PersonAccount Account(Principal person, PrincipalId identity) => new(person.Id, [Role.Reviewer], [identity]);
}
