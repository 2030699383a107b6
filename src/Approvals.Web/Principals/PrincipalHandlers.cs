using System.Text.Json;
using Approvals.Web.Actions;
using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Principals;

/// <summary>Who holds API keys; for admins.</summary>
public static class PrincipalHandlers
{
    private const int MaxName = 200;
    private const int MaxGroups = 50;

    /// <summary><c>POST /api/principals</c>: answers with the key, this once.</summary>
    public static Task<IResult> CreateAsync(HttpContext context) => Api.CallerAsync(context, [Role.Admin], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        Credential draft = await ReadAsync(exchange);
        Principal? known = await exchange.Service<IDirectory>().FindAsync(draft.Principal.Id, exchange.Aborted);
        if (known is not null && known.Kind != draft.Principal.Kind)
            throw new ProblemException(ProblemTypes.PrincipalConflict, $"Choose another subject: this one is of kind '{SnakeCase.Of(known.Kind)}'.") { Pointer = "/subject" };

        (string key, string keyId, string secretHash) = ApiKey.Create();
        Credential credential = draft with { KeyId = keyId, SecretHash = secretHash };
        await exchange.Service<ICredentialStore>().AddAsync(credential, exchange.Aborted);
        return new JsonAnswer<CredentialDocument>(CredentialDocument.Of(credential) with { Key = key }, StatusCodes.Status201Created)
        {
            Location = "/api/principals/" + keyId,
        };
    });

    /// <summary><c>GET /api/principals</c></summary>
    public static Task<IResult> ListAsync(HttpContext context) => Api.CallerAsync(context, [Role.Admin], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        IReadOnlyList<Credential> credentials = await exchange.Service<ICredentialStore>().ListAsync(exchange.Aborted);
        return Answer.Ok(new CredentialList([.. credentials.Select(CredentialDocument.Of)]));
    });

    /// <summary><c>DELETE /api/principals/{keyId}</c>: ends a key for good.</summary>
    public static Task<IResult> RevokeAsync(HttpContext context) => Api.CallerAsync(context, [Role.Admin], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        bool isKnown = await exchange.Service<ICredentialStore>().RevokeAsync(exchange.RouteValue("keyId", 40), exchange.Now, exchange.Aborted);
        return isKnown ? Results.NoContent() : throw Exchange.NotFound();
    });

    private static async Task<Credential> ReadAsync(Exchange exchange)
    {
        var fields = new JsonFields(
            await RequestBody.ReadJsonAsync(exchange.Request, exchange.Aborted), "", "kind", "subject", "displayName", "groups", "roles", "owners");
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

    private sealed record CredentialList(IReadOnlyList<CredentialDocument> Principals);

    private sealed record CredentialDocument(
        string KeyId,
        PrincipalDocument Principal,
        IReadOnlyList<string> Groups,
        IReadOnlyList<Role> Roles,
        IReadOnlyList<PrincipalIdDocument> Owners,
        DateTimeOffset CreatedAt,
        DateTimeOffset? RevokedAt)
    {
        /// <summary>Shown once, when it is made.</summary>
        public string? Key { get; init; }

        public static CredentialDocument Of(Credential credential) => new(
            credential.KeyId,
            PrincipalDocument.Of(credential.Principal),
            credential.Principal.Groups,
            credential.Roles,
            [.. credential.Owners.Select(owner => new PrincipalIdDocument(owner.Issuer, owner.Subject))],
            credential.CreatedAt,
            credential.RevokedAt);
    }

    private sealed record PrincipalIdDocument(string Issuer, string Subject);
}
