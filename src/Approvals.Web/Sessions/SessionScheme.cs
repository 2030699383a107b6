using System.Globalization;
using System.Security.Cryptography;
using Approvals.Web.Callers;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Sessions;

/// <summary>
/// A person signed in to the pages with a personal API key: a protected cookie that names the key, never holds it. Every request asks
/// the credential store and the directory anew, so a revoked key or a departed person is out at once.
/// </summary>
public sealed class SessionScheme(ApiKeyScheme keys, IDataProtectionProvider protection, ApprovalsWebOptions options, TimeProvider time) : ICallerScheme
{
    private const string CookieName = "approvals-session";

    private readonly IDataProtector protector = protection.CreateProtector("Approvals.Web.Session.v1");

    public string? Challenge => null;

    public bool IsAmbient => true;

    // Browsers take the __Host- prefix only with Secure: it pins the cookie to this host and path.
    private string Name => options.IsSecure ? "__Host-" + CookieName : CookieName;

    public async ValueTask<SchemeResult> AuthenticateAsync(HttpContext context)
    {
        if (context.Request.Cookies[Name] is not { Length: > 0 and < 2_000 } cookie) return SchemeResult.NotMine;
        return Read(cookie) is { } keyId && await keys.FindByIdAsync(keyId, context.RequestAborted) is { } caller
            ? SchemeResult.Accepted(caller)
            : SchemeResult.Refused("Sign in again.");
    }

    /// <summary>Starts a session of this caller in the answer.</summary>
    internal void Begin(HttpContext context, Caller caller)
    {
        DateTimeOffset expires = time.GetUtcNow() + options.SessionLifetime;
        string value = protector.Protect($"{caller.CredentialId}\n{expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}");
        context.Response.Cookies.Append(Name, value, Cookie());
    }

    /// <summary>Ends the session of this browser.</summary>
    internal void End(HttpContext context) => context.Response.Cookies.Delete(Name, Cookie());

    private string? Read(string cookie)
    {
        try
        {
            string[] parts = protector.Unprotect(cookie).Split('\n');
            return parts.Length == 2 && long.Parse(parts[1], CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeSeconds() ? parts[0] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // Lax, so that a link from a chat arrives signed in; every form has its own Strict guard, and GET changes nothing.
    private CookieOptions Cookie() => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = options.IsSecure, Path = "/" };
}
