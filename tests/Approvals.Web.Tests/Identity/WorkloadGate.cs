using System.Net.Http.Headers;
using Approvals.Web.Callers;
using Approvals.Web.Identity;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Identity.Workloads;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Tests.Identity;

/// <summary>A gate that takes workload tokens of a <see cref="StaticIssuer"/>.</summary>
internal sealed class WorkloadGate : IAsyncDisposable
{
    public const string Audience = "https://approvals.example";

    // Minting takes a second.
    private static readonly Lazy<Task<MintedTokens>> Minted = new(() => MintedTokens.MintAsync(StaticIssuer.Name, Audience, Gate.Start));

    public required StaticIssuer Issuer { get; init; }

    public required Gate Gate { get; init; }

    public required MintedTokens Tokens { get; init; }

    public static async Task<WorkloadGate> StartAsync(Action<WorkloadRuleSettings>? configure = null, IReadOnlyList<PrincipalId>? annIs = null)
    {
        StaticIssuer issuer = await StaticIssuer.StartAsync();
        var rule = new WorkloadRuleSettings { Id = "exports", Claims = [new ClaimSettings { Claim = "repository", Values = ["octo-org/exports"] }], Name = "Exports" };
        configure?.Invoke(rule);
        var settings = new IssuerSettings { Name = "ci", Issuer = StaticIssuer.Name, Discovery = issuer.Address + "/.well-known/openid-configuration", Workloads = new WorkloadSettings { Audience = Audience, Rules = [rule] } };
        var identity = new IdentityOptions { Issuers = [settings.ToIssuer()], People = [new PersonAccount(Gate.Ann.Id, [Role.Reviewer], annIs ?? [new PrincipalId(StaticIssuer.Name, "octocat")])] };
        identity.Check();
        Gate gate = await Gate.StartAsync(options => options.Identity = identity);
        MintedTokens tokens = await Minted.Value;
        issuer.Keys = tokens.Keys;
        return new WorkloadGate { Issuer = issuer, Gate = gate, Tokens = tokens };
    }

    public HttpClient Client(string token)
    {
        HttpClient client = Gate.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>What the scheme says of a token, also of one that no HTTP client would send.</summary>
    public async Task<SchemeResult> AuthenticateAsync(string token)
    {
        var context = new DefaultHttpContext { RequestServices = Gate.Services };
        context.Request.Headers.Authorization = "Bearer " + token;
        return await Gate.Services.GetRequiredService<IssuerTokenScheme>().AuthenticateAsync(context);
    }

    public async ValueTask DisposeAsync()
    {
        await Gate.DisposeAsync();
        await Issuer.DisposeAsync();
    }
}
