using Approvals.Embedded.Configuration;
using Approvals.Embedded.Data;
using Approvals.Web.Identity;
using Approvals.Web.Identity.Issuers;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Embedded.Tests;

public sealed class IdentityConfigurationTests
{
    private const string Whole = """
        version: 1
        people:
          - subject: ana@example.com
            name: Ana
            groups: [data-owners]
            roles: [reviewer, admin]
            identities: [{ issuer: entra, subject: oid-of-ana }, { issuer: slack, subject: U123 }]
          - subject: ben@example.com
        issuers:
          - name: entra
            title: Contoso
            issuer: https://login.microsoftonline.com/tenant/v2.0
            clockSkewSeconds: 30
            signIn:
              clientId: client
              clientSecretFile: entra.secret
              scopes: [profile]
              subject: oid
              person: preferred_username
              admitUnlisted: true
              groups: { claim: groups, map: { group-id: data-owners, other-id: [security, platform] } }
              roles: { claim: roles, map: { Approvals.Admin: admin } }
              mfa: { acrs: c1, amr: [mfa, hwk] }
              stepUp: { claims: '{"id_token":{"acrs":{"essential":true,"values":["c1"]}}}' }
          - name: cluster
            issuer: https://kubernetes.default.svc.cluster.local
            keySetFile: cluster-keys.json
            workloads:
              audience: https://approvals.example.com
              rules:
                - id: exports
                  claims: { /kubernetes.io/namespace: exports, sub: ["system:serviceaccount:exports:*"] }
                  kind: agent
                  name: Exports
                  roles: [requester, auditor]
                  groups: [pipelines]
                  scopes: ask
                  actions: [data.*]
                  owners: [ana@example.com]
                  ownerClaims: [actor]
                  onBehalfOf: user
        """;

    [Fact]
    public void Everything_that_docs_name_is_read()
    {
        using var folder = new TempFolder();
        DataFolder.WriteNewSecret(folder["entra.secret"], "s3cret\n"u8);
        File.WriteAllText(folder["cluster-keys.json"], """{"keys":[]}""");

        IdentityOptions identity = ConfigurationReader.Read(Whole, folder["approvals.yaml"]).Identity;

        Issuer entra = identity.Issuers[0], cluster = identity.Issuers[1];
        Assert.Equal(("entra", "Contoso", TimeSpan.FromSeconds(30)), (entra.Name, entra.Title, entra.ClockSkew));
        Assert.Equal(("client", "s3cret", "oid", "preferred_username", true), (entra.SignIn!.ClientId, entra.SignIn.ClientSecret, entra.SignIn.Subject.Text, entra.SignIn.Person!.Text, entra.SignIn.AdmitsUnlisted));
        Assert.Equal(["openid", "profile"], entra.SignIn.Scopes);
        Assert.Equal(["security", "platform"], entra.SignIn.Groups!.Meanings["other-id"]);
        Assert.Equal([Role.Admin], entra.SignIn.Roles!.Meanings["Approvals.Admin"]);
        Assert.Equal(["acrs", "amr"], entra.SignIn.Mfa.Select(condition => condition.Claim.Text));
        Assert.Single(entra.SignIn.StepUp);
        var rule = Assert.Single(cluster.Workloads!.Rules);
        Assert.Equal((PrincipalKind.Agent, "Exports", "user"), (rule.Kind, rule.DisplayName, rule.OnBehalfOf!.Text));
        Assert.Equal(2, rule.Conditions.Count);
        Assert.Equal(new PrincipalId(Principal.LocalIssuer, "ana@example.com"), Assert.Single(rule.Owners));
        Assert.Empty(cluster.Keys!.Keys);
        Assert.Equal([new PrincipalId(entra.Url, "oid-of-ana"), new PrincipalId("slack", "U123")], identity.People[0].Identities);
        Assert.Equal([Role.Reviewer, Role.Admin], identity.People[0].Roles);
        Assert.Equal([Role.Reviewer], identity.People[1].Roles);
    }

    [Fact]
    public void Example_of_the_template_reads_once_its_marks_are_taken_away()
    {
        using var folder = new TempFolder();
        DataFolder.WriteNewSecret(folder["entra.secret"], "secret"u8);
        string[] lines = ConfigurationTemplate.Text.Split('\n');
        int from = Array.FindIndex(lines, line => line == "# issuers:"), to = Array.FindIndex(lines, from, line => line.Length == 0);
        for (int i = from; i < to; i++) lines[i] = lines[i][2..];
        string text = string.Join('\n', lines).Replace("    # roles:", "    roles:").Replace("    # identities:", "    identities:").Replace("<object id>", "oid").Replace("<tenant id>", "tenant").Replace("<application id>", "app");

        IdentityOptions identity = ConfigurationReader.Read(text, folder["approvals.yaml"]).Identity;

        Assert.Equal(["entra", "github"], identity.Issuers.Select(issuer => issuer.Name));
        Assert.Equal("https://login.microsoftonline.com/tenant/v2.0", Assert.Single(Assert.Single(identity.People).Identities).Issuer);
    }

    [Theory]
    [InlineData("title: Contoso", "titel: Contoso", "'titel' is not known")]
    [InlineData("clockSkewSeconds: 30", "clockSkewSeconds: soon", "whole number")]
    [InlineData("admitUnlisted: true", "admitUnlisted: yes", "'true' or 'false'")]
    [InlineData("https://login.microsoftonline.com/tenant/v2.0", "http://login.microsoftonline.com/tenant", "issuer: an https address")]
    [InlineData("name: entra", "name: Entra ID", "name: 1 to 40")]
    [InlineData("clientId: client", "clientId: https://approvals.example.com", "as their audience")]
    [InlineData("owners: [ana@example.com]", "owners: [eve@example.com]", "not among the people")]
    [InlineData("roles: [reviewer, admin]", "roles: [king]", "a role is one of")]
    [InlineData("clientSecretFile: entra.secret", "clientSecretFile: missing.secret", "cannot be read")]
    [InlineData("keySetFile: cluster-keys.json", "keySetFile: missing.json", "cannot be read")]
    [InlineData("kind: agent", "kind: human", "people sign in")]
    [InlineData("- subject: ben@example.com", "- subject: ben@example.com\n    identities: [{ issuer: entra, subject: oid-of-ana }]", "is given to two people")]
    public void Mistake_is_refused_with_place_and_remedy(string from, string to, string message)
    {
        using var folder = new TempFolder();
        DataFolder.WriteNewSecret(folder["entra.secret"], "secret"u8);
        File.WriteAllText(folder["cluster-keys.json"], """{"keys":[]}""");
        Assert.Contains(from, Whole, StringComparison.Ordinal);

        SetupException refused = Assert.Throws<SetupException>(() => ConfigurationReader.Read(Whole.Replace(from, to), folder["approvals.yaml"]));

        Assert.Equal("configuration_invalid", refused.Code);
        Assert.Matches("approvals.yaml:[0-9]+:[0-9]+: ", refused.Message);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Secret_that_others_can_read_is_refused()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["entra.secret"], "secret");
        File.SetUnixFileMode(folder["entra.secret"], UnixFileMode.UserRead | UnixFileMode.OtherRead);

        SetupException refused = Assert.Throws<SetupException>(() => ConfigurationReader.Read(Whole, folder["approvals.yaml"]));

        Assert.Equal("key_file_exposed", refused.Code);
        Assert.DoesNotContain("secret\n", refused.Message, StringComparison.Ordinal);
    }
}
