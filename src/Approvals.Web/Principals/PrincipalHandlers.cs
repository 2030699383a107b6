using Approvals.Web.Actions;
using Approvals.Web.Requests;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Principals;

/// <summary>Who holds API keys; for admins.</summary>
public static class PrincipalHandlers
{
    /// <summary><c>POST /api/principals</c>: answers with the key, this once.</summary>
    public static Task<IResult> CreateAsync(HttpContext context) => Api.CallerAsync(context, [Role.Admin], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        (string key, Credential credential) = await NewKeys.CreateAsync(exchange, await RequestBody.ReadJsonAsync(exchange.Request, exchange.Aborted));
        return new JsonAnswer<CredentialDocument>(CredentialDocument.Of(credential) with { Key = key }, StatusCodes.Status201Created)
        {
            Location = "/api/principals/" + credential.KeyId,
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
