using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Web.Identity.People;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Approvals.Web.Sessions;

/// <summary>
/// A person signed in to the pages: the framework's cookie handler, with a protected ticket that names the API key or holds what the issuer
/// said, never a credential of this gate. Every request asks the credential store, the configuration and the directory anew, so a revoked
/// key or a departed person is out at once. Nothing is kept in the gate: what cannot be asked again (groups by claims) lasts as long as the session.
/// </summary>
internal sealed class SessionScheme(
    IOptionsMonitor<CookieAuthenticationOptions> cookies, UrlEncoder encoder, ApiKeyScheme keys, Admission admission, ApprovalsWebOptions options) : ICallerScheme
{
    /// <summary>Of the cookie options.</summary>
    public const string Name = "approvals-session";

    /// <summary>Longer ID tokens are not kept: the issuer then asks who is to be signed out.</summary>
    private const int MaxIdToken = 3_000;

    private const string KeyClaim = "key";
    private const string PersonClaim = "person";
    private const string AssuranceClaim = "assurance";
    private const string SessionClaim = "session";
    private const string IdTokenName = "id_token";

    public string? Challenge => null;

    public bool IsAmbient => true;

    public async ValueTask<SchemeResult> AuthenticateAsync(HttpContext context)
    {
        CookieAuthenticationHandler cookie = await OpenAsync(context);
        AuthenticateResult result = await cookie.AuthenticateAsync();
        if (result.None) return SchemeResult.NotMine;
        return result.Principal is { } session && await FindAsync(session, context.RequestAborted) is { } caller
            ? SchemeResult.Accepted(caller)
            : SchemeResult.Refused("Sign in again.");
    }

    /// <summary>Starts a session of who holds this key in the answer.</summary>
    public Task BeginAsync(HttpContext context, Caller holder) => BeginAsync(context, [new Claim(KeyClaim, holder.CredentialId)], null);

    /// <summary>Starts a session of a person whom an issuer vouches for.</summary>
    /// <param name="idToken">Kept for the issuer's sign-out.</param>
    public Task BeginAsync(HttpContext context, Identified person, Assurance assurance, string idToken) => BeginAsync(
        context,
        [
            new Claim(PersonClaim, JsonSerializer.Serialize(person)),
            new Claim(AssuranceClaim, assurance.ToString()),
            new Claim(SessionClaim, RandomNumberGenerator.GetHexString(32, lowercase: true)),
        ],
        idToken);

    /// <summary>Ends the session of this browser.</summary>
    /// <returns>Where it came from, if from an issuer.</returns>
    public async Task<EndedSession?> EndAsync(HttpContext context)
    {
        CookieAuthenticationHandler cookie = await OpenAsync(context);
        AuthenticateResult result = await cookie.AuthenticateAsync();
        await cookie.SignOutAsync(new AuthenticationProperties());
        return result.Principal is { } session && PersonOf(session) is { } person
            ? new EndedSession(person.Issuer, result.Properties?.GetTokenValue(IdTokenName))
            : null;
    }

    private async Task BeginAsync(HttpContext context, IEnumerable<Claim> claims, string? idToken)
    {
        var properties = new AuthenticationProperties();
        if (idToken is { Length: <= MaxIdToken }) properties.StoreTokens([new AuthenticationToken { Name = IdTokenName, Value = idToken }]);
        CookieAuthenticationHandler cookie = await OpenAsync(context);
        await cookie.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity(claims, Name)), properties);
    }

    private async ValueTask<Caller?> FindAsync(ClaimsPrincipal session, CancellationToken cancellationToken)
    {
        if (session.FindFirstValue(KeyClaim) is { } keyId) return await keys.FindByIdAsync(keyId, cancellationToken);
        if (PersonOf(session) is not { } person || !Enum.TryParse(session.FindFirstValue(AssuranceClaim), out Assurance assurance)) return null;

        // INVARIANT: an issuer that left the configuration vouches for nobody any more.
        if (!options.Identity.Issuers.Any(issuer => issuer.Url == person.Issuer && issuer.SignIn is not null)) return null;
        return await admission.FindAsync(person, cancellationToken) is { } found
            ? new Caller(found.Principal, found.Roles, assurance, "session:" + session.FindFirstValue(SessionClaim))
            : null;
    }

    private static Identified? PersonOf(ClaimsPrincipal session) =>
        session.FindFirstValue(PersonClaim) is { } json ? JsonSerializer.Deserialize<Identified>(json) : null; // our own words, authenticated

    /// <summary>
    /// Made per request and not by a registered scheme, so that no middleware acts on cookies on one host alone. Once per request: it hooks
    /// into the start of the answer, and a stream of events asks again who listens long after that.
    /// </summary>
    private async Task<CookieAuthenticationHandler> OpenAsync(HttpContext context)
    {
        if (context.Items[typeof(SessionScheme)] is CookieAuthenticationHandler open) return open;
        var handler = new CookieAuthenticationHandler(cookies, NullLoggerFactory.Instance, encoder);
        await handler.InitializeAsync(new AuthenticationScheme(Name, null, typeof(CookieAuthenticationHandler)), context);
        context.Items[typeof(SessionScheme)] = handler;
        return handler;
    }
}

/// <param name="IssuerUrl">Where the person is still signed in.</param>
/// <param name="IdToken">The hint for the issuer's sign-out.</param>
internal sealed record EndedSession(string IssuerUrl, string? IdToken);
