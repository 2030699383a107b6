using Approvals.Web.Identity;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Identity.Workloads;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Tests.Identity;

/// <summary>Configurations that would let in more than was meant end the start.</summary>
public sealed class IssuerSettingsTests
{
    private const string GitHub = "https://token.actions.githubusercontent.com";

    [Theory]
    [InlineData("https://login.example", null)]
    [InlineData("https://login.example/tenant/v2.0", null)]
    [InlineData("http://127.0.0.1:8080", null)]
    [InlineData("http://login.example", "issuer:")]
    [InlineData("https://login.example?x=1", "issuer:")]
    [InlineData("https://login.example#x", "issuer:")]
    [InlineData("https://user:pass@login.example", "issuer:")]
    [InlineData("https://login.example/a|b", "issuer:")]
    [InlineData("login.example", "issuer:")]
    [InlineData("approvals", "issuer:")]
    [InlineData("", "issuer:")]
    public void Issuer_is_an_https_address(string url, string? error) => Check(issuer => issuer.Issuer = url, error);

    [Theory]
    [InlineData("entra", null)]
    [InlineData("Entra", "name:")]
    [InlineData("", "name:")]
    [InlineData("a/b", "name:")]
    [InlineData("..", "name:")]
    public void Name_fits_into_an_address(string name, string? error) => Check(issuer => issuer.Name = name, error);

    [Fact]
    public void Discovery_is_below_the_issuer_unless_said_otherwise()
    {
        Assert.Equal("https://login.example/.well-known/openid-configuration", Issuer(issuer => issuer.Issuer = "https://login.example").ToIssuer().Discovery.AbsoluteUri);
        Assert.Equal("https://sts.example/t/.well-known/openid-configuration", Issuer(issuer => issuer.Issuer = "https://sts.example/t/").ToIssuer().Discovery.AbsoluteUri);
        Assert.Equal("https://b.example/d", Issuer(issuer => issuer.Discovery = "https://b.example/d").ToIssuer().Discovery.AbsoluteUri);
    }

    [Theory]
    [InlineData(GitHub, "ref", "refs/heads/main", false)]
    [InlineData(GitHub, "repository", "octo-org/exports", true)]
    [InlineData(GitHub, "repository", "*/exports", false)]
    [InlineData(GitHub, "repository", "octo*", false)]
    [InlineData(GitHub, "repository", "octo-org/*", true)]
    [InlineData(GitHub, "sub", "repo:octo-org/*", true)]
    [InlineData(GitHub, "sub", "repo:octo*", false)]
    [InlineData(GitHub, "sub", "repo:*", false)]
    [InlineData(GitHub, "sub", "repo:**", false)]
    [InlineData(GitHub, "repository_owner_id", "4711", true)]
    [InlineData("https://gitlab.com", "ref", "main", false)]
    [InlineData("https://gitlab.com", "project_path", "group/project", true)]
    [InlineData("https://own.example", "ref", "main", true)]
    [InlineData("https://own.example", "ref", "*", false)]
    [InlineData("https://own.example", "ref", "**", false)]
    public void Rule_says_whose_workload_it_is(string url, string claim, string value, bool isGood) => Check(
        issuer =>
        {
            issuer.Issuer = url;
            issuer.Workloads!.Rules[0].Claims = [new ClaimSettings { Claim = claim, Values = [value] }];
        },
        isGood ? null : "workloads.rules 'rule': claims:");

    [Fact]
    public void Rule_without_meaning_is_refused()
    {
        CheckRule(rule => rule.Claims = [], "at least one claim");
        CheckRule(rule => rule.Claims = [new ClaimSettings { Claim = "ref" }], "needs at least one value");
        CheckRule(rule => rule.Kind = "human", "people sign in");
        CheckRule(rule => rule.Roles = ["reviewer"], "only people review");
        CheckRule(rule => rule.Roles = [], "roles:");
        CheckRule(rule => rule.Roles = ["root"], "a role is one of");
        CheckRule(rule => rule.Id = "", "id:");
        Check(issuer => issuer.Workloads!.Audience = "", "workloads.audience");
        Check(issuer => issuer.Workloads!.Rules = [], "workloads.rules");
        Check(issuer => (issuer.SignIn, issuer.Workloads) = (null, null), "'signIn', 'workloads' or both");
        Check(issuer => issuer.SignIn = new SignInSettings(), "signIn.clientId");
        Check(issuer => issuer.SignIn = new SignInSettings { ClientId = "x", AdmitUnlisted = true }, "signIn.admitUnlisted");
        Check(issuer => issuer.SignIn = new SignInSettings { ClientId = "x", UseManagedIdentity = true }, "signIn.useManagedIdentity");
        Check(issuer => issuer.KeySet = """{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}""", "keySet:");
        Check(issuer => issuer.ClockSkewSeconds = 301, "clockSkewSeconds:");
    }

    [Fact]
    public void Parts_that_undo_each_other_are_refused()
    {
        Issuer one = Issuer(_ => { }).ToIssuer();
        Issuer people = Issuer(issuer => (issuer.Name, issuer.Issuer, issuer.Workloads, issuer.SignIn) = ("people", "https://people.example", null, Open("gate"))).ToIssuer();
        IsRefused("two issuers have the name", [one, one with { Url = "https://two.example" }]);
        IsRefused("is there twice", [one, one with { Name = "two" }]);
        IsRefused("only one issuer may admit unlisted", [people, people with { Name = "other", Url = "https://other.example" }]);
        IsRefused("as their audience", [Issuer(issuer => issuer.Workloads!.Audience = "gate").ToIssuer(), people]);
        IsRefused("is not among the people", [Issuer(issuer => issuer.Workloads!.Rules[0].Owners = ["nobody"]).ToIssuer()]);
        IsRefused("is given to two people", [one], Account("a", "same"), Account("b", "same"));
        IsRefused("is there twice", [one], Account("a", "x"), Account("a", "y"));
        Assert.Contains("App Service", Assert.Throws<FormatException>(() => new IdentityOptions { Issuers = [one], AppServiceIssuer = "issuer" }.Check()).Message);
        new IdentityOptions { Issuers = [one, people], People = [Account("a", "x")], AppServiceIssuer = "people" }.Check();
    }

    private static PersonAccount Account(string subject, string identity) =>
        new(new PrincipalId(Principal.LocalIssuer, subject), [Role.Reviewer], [new PrincipalId("https://people.example", identity)]);

    private static SignInSettings Open(string clientId) => new()
    {
        ClientId = clientId,
        AdmitUnlisted = true,
        Groups = new ClaimMeaningSettings { Claim = "groups", Map = [new MeaningSettings { Value = "g", Means = ["owners"] }] },
    };

    private static void IsRefused(string message, Issuer[] issuers, params PersonAccount[] people) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => new IdentityOptions { Issuers = issuers, People = people }.Check()).Message);

    private static void CheckRule(Action<WorkloadRuleSettings> change, string error) => Check(issuer => change(issuer.Workloads!.Rules[0]), error);

    private static void Check(Action<IssuerSettings> change, string? error)
    {
        IssuerSettings settings = Issuer(change);
        if (error is null) Assert.NotNull(settings.ToIssuer());
        else Assert.Contains(error, Assert.Throws<FormatException>(() => settings.ToIssuer()).Message);
    }

    private static IssuerSettings Issuer(Action<IssuerSettings> change)
    {
        var settings = new IssuerSettings
        {
            Name = "issuer",
            Issuer = "https://issuer.example",
            Workloads = new WorkloadSettings
            {
                Audience = WorkloadGate.Audience,
                Rules = [new WorkloadRuleSettings { Id = "rule", Claims = [new ClaimSettings { Claim = "sub", Values = ["workload"] }] }],
            },
        };
        change(settings);
        return settings;
    }
}
