using Approvals.Embedded.Data;
using Approvals.Web.Identity;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Identity.Workloads;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Approvals.Embedded.Configuration;

/// <summary>The keys <c>issuers</c>, and <c>people</c> as far as they are about identity. The rules are those of <see cref="IssuerSettings"/>.</summary>
/// <param name="path">Of the configuration; files that it names stand beside it.</param>
internal sealed class IdentityReader(YamlValues yaml, string path)
{
    private const int MaximumIssuers = 20;
    private const int MaximumPeople = 10_000;
    private const int MaximumGroups = 100;
    private const int MaximumKeySetBytes = 256 * 1024;

    public IdentityOptions Read(YamlNode? list, YamlNode? people)
    {
        Issuer[] issuers = list is null ? [] : [.. yaml.Items(list, MaximumIssuers).Select(item => Checked(item.Start, () => Settings(item).ToIssuer()))];
        PersonAccount[] accounts = people is null ? [] : [.. yaml.Items(people, MaximumPeople).Select(item => Account(item, issuers))];
        var identity = new IdentityOptions { Issuers = issuers, People = accounts };
        return Checked((list ?? people)?.Start ?? Mark.Empty, () =>
        {
            identity.Check();
            return identity;
        });
    }

    private PersonAccount Account(YamlNode node, Issuer[] issuers)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(node, "subject", "name", "groups", "roles", "identities");
        Role[] roles = keys.TryGetValue("roles", out YamlNode? names)
            ? [.. yaml.Items(names, 10).Select(name => Checked(name.Start, () => PersonAccount.ParseRole(yaml.Scalar(name)))).Distinct()]
            : [Role.Reviewer];
        var identities = new List<PrincipalId>();
        foreach (YamlNode item in keys.TryGetValue("identities", out YamlNode? list) ? yaml.Items(list, MaximumGroups) : [])
        {
            Dictionary<string, YamlNode> identity = yaml.Mapping(item, "issuer", "subject");
            string issuer = yaml.Text(identity, "issuer") ?? throw yaml.Invalid(item.Start, "an identity needs the name of its 'issuer'.");
            string subject = yaml.Text(identity, "subject") ?? throw yaml.Invalid(item.Start, "an identity needs the 'subject' at its issuer.");
            identities.Add(new PrincipalId(issuers.FirstOrDefault(known => known.Name == issuer)?.Url ?? issuer, subject));
        }

        return new PersonAccount(new PrincipalId(Principal.LocalIssuer, yaml.Text(keys, "subject")!), roles, identities);
    }

    private IssuerSettings Settings(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(node, "name", "title", "issuer", "discovery", "keySetFile", "clockSkewSeconds", "signIn", "workloads");
        var settings = new IssuerSettings
        {
            Name = yaml.Text(keys, "name") ?? "",
            Title = yaml.Text(keys, "title"),
            Issuer = yaml.Text(keys, "issuer") ?? "",
            Discovery = yaml.Text(keys, "discovery"),
            KeySet = yaml.Text(keys, "keySetFile") is { } file ? ReadKeySet(keys["keySetFile"], file) : null,
            SignIn = keys.TryGetValue("signIn", out YamlNode? signIn) ? SignIn(signIn) : null,
            Workloads = keys.TryGetValue("workloads", out YamlNode? workloads) ? Workloads(workloads) : null,
        };
        if (yaml.Text(keys, "clockSkewSeconds") is { } skew)
            settings.ClockSkewSeconds = int.TryParse(skew, out int seconds) ? seconds : throw yaml.Invalid(keys["clockSkewSeconds"].Start, "a whole number of seconds is expected here.");
        return settings;
    }

    private SignInSettings SignIn(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(
            node, "clientId", "clientSecretFile", "scopes", "subject", "person", "admitUnlisted", "groups", "roles", "mfa", "stepUp");
        return new SignInSettings
        {
            ClientId = yaml.Text(keys, "clientId") ?? "",
            ClientSecret = yaml.Text(keys, "clientSecretFile") is { } file ? ReadSecret(keys["clientSecretFile"], file) : null,
            Scopes = Texts(keys, "scopes"),
            Subject = yaml.Text(keys, "subject") ?? "sub",
            Person = yaml.Text(keys, "person"),
            AdmitUnlisted = yaml.Text(keys, "admitUnlisted") switch
            {
                null or "false" => false,
                "true" => true,
                _ => throw yaml.Invalid(keys["admitUnlisted"].Start, "'true' or 'false' is expected here."),
            },
            Groups = keys.TryGetValue("groups", out YamlNode? groups) ? Meanings(groups) : null,
            Roles = keys.TryGetValue("roles", out YamlNode? roles) ? Meanings(roles) : null,
            Mfa = Claims(keys, "mfa"),
            StepUp = [.. Pairs(keys, "stepUp").Select(pair => new ParameterSettings { Name = pair.Name, Value = yaml.Scalar(pair.Value) })],
        };
    }

    private ClaimMeaningSettings Meanings(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(node, "claim", "map");
        return new ClaimMeaningSettings
        {
            Claim = yaml.Text(keys, "claim") ?? "",
            Map = [.. Pairs(keys, "map").Select(pair => new MeaningSettings { Value = pair.Name, Means = OneOrMore(pair.Value) })],
        };
    }

    private WorkloadSettings Workloads(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(node, "audience", "rules");
        return new WorkloadSettings
        {
            Audience = yaml.Text(keys, "audience") ?? "",
            Rules = keys.TryGetValue("rules", out YamlNode? rules) ? [.. yaml.Items(rules, MaximumPeople).Select(Rule)] : [],
        };
    }

    private WorkloadRuleSettings Rule(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(
            node, "id", "claims", "kind", "subject", "name", "roles", "groups", "scopes", "actions", "owners", "ownerClaims", "onBehalfOf");
        var rule = new WorkloadRuleSettings
        {
            Id = yaml.Text(keys, "id") ?? "",
            Claims = Claims(keys, "claims"),
            Kind = yaml.Text(keys, "kind") ?? "service",
            Subject = yaml.Text(keys, "subject") ?? "sub",
            Name = yaml.Text(keys, "name"),
            Groups = Texts(keys, "groups"),
            Scopes = Texts(keys, "scopes"),
            Actions = Texts(keys, "actions"),
            Owners = Texts(keys, "owners"),
            OwnerClaims = Texts(keys, "ownerClaims"),
            OnBehalfOf = yaml.Text(keys, "onBehalfOf"),
        };
        if (keys.ContainsKey("roles")) rule.Roles = Texts(keys, "roles");
        return rule;
    }

    private ClaimSettings[] Claims(Dictionary<string, YamlNode> keys, string key) =>
        [.. Pairs(keys, key).Select(pair => new ClaimSettings { Claim = pair.Name, Values = OneOrMore(pair.Value) })];

    private IEnumerable<(string Name, YamlNode Value)> Pairs(Dictionary<string, YamlNode> keys, string key)
    {
        if (!keys.TryGetValue(key, out YamlNode? node)) return [];
        if (node is not YamlMappingNode mapping) throw yaml.Invalid(node.Start, "a mapping (key: value) is expected here.");
        return mapping.Children.Count <= MaximumPeople
            ? [.. mapping.Children.Select(pair => (yaml.Scalar(pair.Key), pair.Value))]
            : throw yaml.Invalid(node.Start, $"at most {MaximumPeople} entries.");
    }

    private string[] Texts(Dictionary<string, YamlNode> keys, string key) => keys.TryGetValue(key, out YamlNode? node) ? OneOrMore(node) : [];

    private string[] OneOrMore(YamlNode node) => node is YamlSequenceNode ? [.. yaml.Items(node, MaximumGroups).Select(yaml.Scalar)] : [yaml.Scalar(node)];

    private string ReadKeySet(YamlNode node, string file)
    {
        string full = Beside(file);
        try
        {
            return new FileInfo(full).Length <= MaximumKeySetBytes ? File.ReadAllText(full) : throw yaml.Invalid(node.Start, $"the key set '{file}' is larger than {MaximumKeySetBytes} bytes.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw yaml.Invalid(node.Start, $"the key set '{file}' cannot be read; put it beside this file.");
        }
    }

    private string ReadSecret(YamlNode node, string file)
    {
        try
        {
            return System.Text.Encoding.UTF8.GetString(DataFolder.ReadSecret(Beside(file))).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw yaml.Invalid(node.Start, $"the client secret '{file}' cannot be read; put it beside this file, with mode 0600.");
        }
    }

    private string Beside(string file) => Path.GetFullPath(file, Path.GetDirectoryName(Path.GetFullPath(path))!);

    private T Checked<T>(Mark at, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException error)
        {
            throw yaml.Invalid(at, error.Message);
        }
    }
}
