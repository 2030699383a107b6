using System.Text.Json;
using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Web.Identity.Claims;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Problems;
using Approvals.Web.Sessions;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Identity.AppService;

/// <summary>
/// People whom Azure App Service's own authentication signed in ("Easy Auth"): the platform in front verifies and writes
/// <c>X-MS-CLIENT-PRINCIPAL</c> (https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities).
/// INVARIANT: the header proves nothing by itself; it is looked at only where the host says that the platform stands in front
/// (<see cref="IdentityOptions.AppServiceIssuer"/>). Ambient: the platform adds it to whatever a signed-in browser sends.
/// </summary>
internal sealed class AppServiceScheme(ApprovalsWebOptions options, IssuerRegistry issuers, Admission admission, TimeProvider time) : ICallerScheme
{
    private const string Header = "X-MS-CLIENT-PRINCIPAL";
    private const string Remedy = "Sign in again.";

    private readonly Issuer? issuer = options.Identity.AppServiceIssuer is { } name ? issuers.Named(name)?.Issuer : null;

    public string? Challenge => null;

    public bool IsAmbient => true;

    public async ValueTask<SchemeResult> AuthenticateAsync(HttpContext context)
    {
        if (issuer?.SignIn is not { } client || context.Request.Headers[Header] is not { Count: > 0 } header) return SchemeResult.NotMine;
        if (header.Count != 1 || AppServiceClaims.Read(header[0]!) is not { } claims) return SchemeResult.Refused(Remedy, "client_principal_malformed");
        if (ClaimPath.Parse("iss").Value(claims) != issuer.Url || ClaimPath.Parse("aud").Value(claims) != client.ClientId) return SchemeResult.Refused(Remedy, "client_principal_mismatch");
        if (ClaimPath.Parse("exp").Value(claims) is { } exp && (!long.TryParse(exp, out long expires) || time.GetUtcNow().ToUnixTimeSeconds() >= expires))
            return SchemeResult.Refused(Remedy, "client_principal_expired");
        try
        {
            Identified person = await admission.IdentifyAsync(issuer, client, claims, context.RequestAborted);
            Assurance assurance = new VerifiedIdToken(claims, claims).AssuranceFor(client);
            return await admission.FindAsync(person, context.RequestAborted) is { } found
                ? SchemeResult.Accepted(new Caller(found.Principal, found.Roles, assurance, $"app-service:{person.Subject}"))
                : SchemeResult.Refused(Remedy);
        }
        catch (ProblemException refused)
        {
            return SchemeResult.Refused(refused.Message, refused.Type.Code);
        }
    }

    /// <summary>The platform's own sign-in, where it stands in front.</summary>
    public SignInChoice? SignInAt(string next) =>
        issuer is null ? null : new SignInChoice($"{issuer.Title} (App Service)", "/.auth/login/aad?post_login_redirect_uri=" + Uri.EscapeDataString(next));

    /// <summary>The platform's own sign-out, for whom it signed in.</summary>
    public SignedOutPageModel? SignOutOf(Caller? caller) =>
        issuer is not null && caller?.CredentialId.StartsWith("app-service:", StringComparison.Ordinal) == true
            ? new SignedOutPageModel(issuer.Title, "/.auth/logout?post_logout_redirect_uri=%2Fsign-in")
            : null;
}
