using Approvals.Policy;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Approvals.Web.Callers;

/// <summary>API keys as bearer tokens (RFC 6750): <c>Authorization: Bearer apk_…</c>.</summary>
public sealed class ApiKeyScheme(ICredentialStore credentials, IDirectory directory) : ICallerScheme
{
    private const string Bearer = "Bearer ";
    private const string Remedy = "Send a valid API key as 'Authorization: Bearer apk_…'; an admin makes one with POST /api/principals.";

    // One hash to compare with when there is no such key, so that an unknown key id costs as much as a wrong secret.
    private static readonly string NoHash = new('0', 64);

    public string Challenge => "Bearer realm=\"approvals\"";

    public bool IsAmbient => false;

    public async ValueTask<SchemeResult> AuthenticateAsync(HttpContext context)
    {
        StringValues header = context.Request.Headers.Authorization;
        if (header.Count == 0) return SchemeResult.NotMine;
        string value = header.Count == 1 ? header[0]! : "";
        if (!value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return SchemeResult.Refused(Remedy);
        string token = value[Bearer.Length..];
        if (!token.StartsWith("apk_", StringComparison.Ordinal)) return SchemeResult.NotMine; // another bearer scheme's

        return await FindAsync(token, context.RequestAborted) is { } caller ? SchemeResult.Accepted(caller) : SchemeResult.Refused(Remedy);
    }

    /// <summary>Who holds this key; <see langword="null"/> when it is malformed, unknown, wrong or revoked, or its holder is.</summary>
    public async Task<Caller?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (!ApiKey.TryParse(key, out string keyId, out string secret)) return null;
        Credential? credential = await credentials.FindAsync(keyId, cancellationToken);
        bool matches = ApiKey.Matches(secret, credential?.SecretHash ?? NoHash);
        return credential is not null && matches ? await CallerOfAsync(credential, cancellationToken) : null;
    }

    /// <summary>Who holds the key of this id, without its secret: for a session that began with the key.</summary>
    public async Task<Caller?> FindByIdAsync(string keyId, CancellationToken cancellationToken) =>
        await credentials.FindAsync(keyId, cancellationToken) is { } credential ? await CallerOfAsync(credential, cancellationToken) : null;

    private async Task<Caller?> CallerOfAsync(Credential credential, CancellationToken cancellationToken)
    {
        if (credential.RevokedAt is not null) return null;

        // INVARIANT: the directory has the last word on who is still somebody, and in which groups; a key alone keeps nobody in.
        Principal? principal = await directory.FindAsync(credential.Principal.Id, cancellationToken);
        return principal is null ? null : new Caller(principal, credential.Roles, Assurance.Link, credential.KeyId);
    }
}
