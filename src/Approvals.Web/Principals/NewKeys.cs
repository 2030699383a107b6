using System.Text.Json;
using Approvals.Web.Actions;
using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Principals;

/// <summary>Makes API keys, for the API and the admin page alike.</summary>
internal static class NewKeys
{
    private const int MaxName = 200;
    private const int MaxGroups = 50;

    /// <summary>Checks the request and stores a new key. The key itself is returned, and nowhere else.</summary>
    public static async Task<(string Key, Credential Credential)> CreateAsync(Exchange exchange, JsonElement json)
    {
        Credential draft = await ReadAsync(exchange, json);
        Principal? known = await exchange.Service<IDirectory>().FindAsync(draft.Principal.Id, exchange.Aborted);
        if (known is not null && known.Kind != draft.Principal.Kind)
            throw new ProblemException(ProblemTypes.PrincipalConflict, $"Choose another subject: this one is of kind '{SnakeCase.Of(known.Kind)}'.") { Pointer = "/subject" };
        if (draft.Principal.Kind == PrincipalKind.Human) RequireListed(draft.Principal, known);

        (string key, string keyId, string secretHash) = ApiKey.Create();
        Credential credential = draft with { KeyId = keyId, SecretHash = secretHash };
        await exchange.Service<ICredentialStore>().AddAsync(credential, exchange.Aborted);
        return (key, credential);
    }

    /// <summary>
    /// INVARIANT: who is a person, and in which groups, is the configuration's to say. An admin makes keys for people, and makes no people: an
    /// invented colleague would be one more approver.
    /// </summary>
    private static void RequireListed(Principal draft, Principal? known)
    {
        if (known is null)
            throw new ProblemException(ProblemTypes.UnknownPrincipal, "List this person in the gate's configuration first; keys of people are for those it lists.") { Pointer = "/subject" };
        if (draft.Groups.Except(known.Groups).Any())
            throw new ProblemException(ProblemTypes.InvalidValue, "Leave the groups of a person out: the configuration says in which groups they are.") { Pointer = "/groups" };
    }

    private static async Task<Credential> ReadAsync(Exchange exchange, JsonElement json)
    {
        var fields = new JsonFields(json, "", "kind", "subject", "displayName", "groups", "roles", "owners");
        PrincipalKind kind = fields.RequiredEnum<PrincipalKind>("kind");
        string subject = fields.RequiredString("subject", MaxName);
        if (subject.Length == 0 || subject.Any(character => char.IsControl(character) || character == '|'))
            throw fields.Invalid("subject", $"Name the subject with 1 to {MaxName} characters, without control characters and '|'.");
        string displayName = fields.OptionalString("displayName", MaxName) ?? subject;

        var roles = new List<Role>();
        foreach (string name in fields.Strings("roles", 4, 40))
            roles.Add(SnakeCase.TryParse(name, out Role role) ? role : throw fields.Invalid("roles", $"Use of: {string.Join(", ", SnakeCase.Names<Role>())}."));
        if (roles.Count == 0) throw fields.Invalid("roles", $"Give at least one of: {string.Join(", ", SnakeCase.Names<Role>())}.");
        if (kind != PrincipalKind.Human && roles.Contains(Role.Reviewer)) throw fields.Invalid("roles", "Only people review; leave 'reviewer' out.");

        return new Credential(
            "",
            "",
            new Principal(kind, Principal.LocalIssuer, subject, displayName, fields.Strings("groups", MaxGroups, MaxName)),
            [.. roles.Distinct()],
            await ReadOwnersAsync(exchange, fields),
            exchange.Now);
    }

    private static async Task<IReadOnlyList<PrincipalId>> ReadOwnersAsync(Exchange exchange, JsonFields fields)
    {
        if (fields.Optional("owners") is not { } json) return [];
        if (json.ValueKind != JsonValueKind.Array) throw JsonFields.Wrong(fields.PointerTo("owners"), "an array of people");
        if (json.GetArrayLength() > MaxGroups) throw fields.Invalid("owners", $"Send at most {MaxGroups} owners.");
        var owners = new List<PrincipalId>();
        foreach (JsonElement item in json.EnumerateArray())
        {
            string pointer = $"{fields.PointerTo("owners")}/{owners.Count}";
            PrincipalId id = PrincipalReference.Read(item, pointer);
            Principal? owner = await exchange.Service<IDirectory>().FindAsync(id, exchange.Aborted);
            if (owner?.Kind != PrincipalKind.Human)
                throw new ProblemException(ProblemTypes.UnknownPrincipal, "Name a person that the directory knows.") { Pointer = pointer };
            owners.Add(id);
        }

        return owners;
    }
}
