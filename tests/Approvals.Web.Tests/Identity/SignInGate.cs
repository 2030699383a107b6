using Approvals.Policy;
using Approvals.Web.Identity;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Tests.Identity;

/// <summary>A gate where people sign in at an <see cref="OpenIdProvider"/> as the issuer <c>idp</c>; its time is the provider's until a test moves it.</summary>
internal sealed class SignInGate : IAsyncDisposable
{
    private SignInGate(Gate gate, OpenIdProvider provider) => (Gate, Provider) = (gate, provider);

    public Gate Gate { get; }

    public OpenIdProvider Provider { get; }

    /// <summary>alice is Ann of the gate, by her identity there; nobody else is listed.</summary>
    public static async Task<SignInGate> StartAsync(
        Action<SignInSettings>? configure = null, string algorithm = "RS256", OpenIdProvider? own = null, params PersonAccount[] people)
    {
        OpenIdProvider provider = own ?? await OpenIdProvider.SharedAsync();
        Issuer issuer = IssuerOf(provider, configure, algorithm).ToIssuer();
        if (people.Length == 0) people = [new PersonAccount(Gate.Ann.Id, [Role.Reviewer], [new PrincipalId(provider.Url, "alice")])];
        var identity = new IdentityOptions { Issuers = [issuer], People = people };
        identity.Check();
        Gate gate = await Gate.StartAsync(options => options.Identity = identity, start: TimeProvider.System.GetUtcNow());
        return new SignInGate(gate, provider);
    }

    public static IssuerSettings IssuerOf(OpenIdProvider provider, Action<SignInSettings>? configure = null, string algorithm = "RS256", string name = "idp")
    {
        var signIn = new SignInSettings { ClientId = "gate-" + algorithm, ClientSecret = "a secret: with % and +", Scopes = ["profile", "email", "groups"] };
        configure?.Invoke(signIn);
        return new IssuerSettings { Name = name, Title = "Example & Co", Issuer = provider.Url, SignIn = signIn };
    }

    public Visitor Visit() => new(Gate.Url);

    /// <summary>An action whose reviewers need this assurance.</summary>
    public async Task<string> AskAsync(Assurance minimum)
    {
        Gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromMinutes(30)) { MinimumAssurance = minimum });
        return (await Gate.InReviewAsync()).Id;
    }

    public ValueTask DisposeAsync() => Gate.DisposeAsync();
}
