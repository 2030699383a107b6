using ApprovalFunctions.Settings;
using Approvals.Web.Identity;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.Configuration;

namespace ApprovalFunctions.Tests.Settings;

/// <summary>Issuers and people as app settings or <c>approvals.json</c> have them.</summary>
public sealed class IdentitySettingsTests
{
    private static readonly Dictionary<string, string?> Entra = new()
    {
        ["Approvals:Name"] = "approvals.example.com",
        ["Approvals:PublicUrl"] = "https://approvals.example.com",
        ["Approvals:Storage:ConnectionString"] = "UseDevelopmentStorage=true",
        ["Approvals:Keys:SigningKeyFile"] = "keys/signing.pem",
        ["Approvals:Keys:WrappingKeyFile"] = "keys/wrapping.key",
        ["Approvals:Issuers:0:Name"] = "entra",
        ["Approvals:Issuers:0:Title"] = "Contoso",
        ["Approvals:Issuers:0:Issuer"] = "https://login.microsoftonline.com/tenant/v2.0",
        ["Approvals:Issuers:0:SignIn:ClientId"] = "client",
        ["Approvals:Issuers:0:SignIn:ClientSecret"] = "secret",
        ["Approvals:Issuers:0:SignIn:Subject"] = "oid",
        ["Approvals:Issuers:0:SignIn:Groups:Claim"] = "groups",
        ["Approvals:Issuers:0:SignIn:Groups:Map:0:Value"] = "group-id",
        ["Approvals:Issuers:0:SignIn:Groups:Map:0:Means:0"] = "data-owners",
        ["Approvals:Issuers:0:SignIn:Mfa:0:Claim"] = "acrs",
        ["Approvals:Issuers:0:SignIn:Mfa:0:Values:0"] = "c1",
        ["Approvals:Issuers:1:Name"] = "github",
        ["Approvals:Issuers:1:Issuer"] = "https://token.actions.githubusercontent.com",
        ["Approvals:Issuers:1:Workloads:Audience"] = "https://approvals.example.com",
        ["Approvals:Issuers:1:Workloads:Rules:0:Id"] = "exports",
        ["Approvals:Issuers:1:Workloads:Rules:0:Claims:0:Claim"] = "repository",
        ["Approvals:Issuers:1:Workloads:Rules:0:Claims:0:Values:0"] = "octo-org/exports",
        ["Approvals:Issuers:1:Workloads:Rules:0:Owners:0"] = "ada@example.com",
        ["Approvals:People:0:Subject"] = "ada@example.com",
        ["Approvals:People:0:Roles:0"] = "admin",
        ["Approvals:People:0:Identities:0:Issuer"] = "entra",
        ["Approvals:People:0:Identities:0:Subject"] = "oid-of-ada",
    };

    [Fact]
    public void Settings_become_issuers_and_people()
    {
        IdentityOptions identity = IdentitySettings.Read(Bind(Entra), assertion: null);

        Assert.Equal(["entra", "github"], identity.Issuers.Select(issuer => issuer.Name));
        Assert.Equal("oid", identity.Issuers[0].SignIn!.Subject.Text);
        Assert.Equal("acrs", Assert.Single(identity.Issuers[0].SignIn!.Mfa).Claim.Text);
        Assert.Equal("exports", Assert.Single(identity.Issuers[1].Workloads!.Rules).Id);
        Assert.Equal(new PrincipalId("https://login.microsoftonline.com/tenant/v2.0", "oid-of-ada"), Assert.Single(Assert.Single(identity.People).Identities));
        Assert.Equal([Role.Admin], identity.People[0].Roles);
    }

    [Theory]
    [InlineData("Approvals:Issuers:0:Issuer", "http://login.example", "Approvals:Issuers:0: issuer:")]
    [InlineData("Approvals:Issuers:0:SignIn:ClientId", "", "Approvals:Issuers:0: signIn.clientId")]
    [InlineData("Approvals:Issuers:1:Workloads:Rules:0:Claims:0:Claim", "ref", "signs for everybody")]
    [InlineData("Approvals:People:0:Roles:0", "king", "Approvals:People:0: a role is one of")]
    [InlineData("Approvals:People:0:Identities:0:Subject", "", "Approvals:People:0: Identities")]
    [InlineData("Approvals:Issuers:0:SignIn:UseManagedIdentity", "true", "signIn.clientSecret")]
    public void Mistake_ends_the_start_and_is_named(string setting, string value, string error)
    {
        var changed = new Dictionary<string, string?>(Entra) { [setting] = value };

        string[] errors = [.. new GateSettingsValidator(runsInAzure: false).Validate(null, Bind(changed)).Failures ?? []];

        Assert.Contains(error, Assert.Single(errors), StringComparison.Ordinal);
        Assert.DoesNotContain("\"secret\"", errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public void App_service_header_needs_the_platform_in_front()
    {
        GateSettings settings = Bind(new Dictionary<string, string?>(Entra) { ["Approvals:AppServiceIssuer"] = "entra" });

        Assert.Contains("AppServiceIssuer", Assert.Single(new GateSettingsValidator(runsInAzure: false).Validate(null, settings).Failures!), StringComparison.Ordinal);
        Assert.Null(new GateSettingsValidator(runsInAzure: false, platformAuthenticates: true).Validate(null, settings).Failures);
    }

    [Theory]
    [InlineData("True", "i-1", true)]
    [InlineData("true", "i-1", true)]
    [InlineData("False", "i-1", false)]
    [InlineData(null, "i-1", false)]
    [InlineData("True", null, false)]
    public void Platform_stands_in_front_when_it_says_so_and_is_there(string? enabled, string? instance, bool expected) =>
        Assert.Equal(expected, AzureHost.Authenticates(name => name switch { "WEBSITE_AUTH_ENABLED" => enabled, "WEBSITE_INSTANCE_ID" => instance, _ => null }));

    private static GateSettings Bind(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection(GateSettings.Section).Get<GateSettings>()!;
}
