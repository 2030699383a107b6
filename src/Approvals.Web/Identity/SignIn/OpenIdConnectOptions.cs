using Approvals.Web.Identity.Issuers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Approvals.Web.Identity.SignIn;

/// <summary>The framework's OAuth options with the issuer they are for. One per issuer, by its name.</summary>
internal sealed class OpenIdConnectOptions : OAuthOptions
{
    public Issuer Issuer { get; set; } = null!;

    public SignInClient Client { get; set; } = null!;
}

/// <summary>Makes the options of an issuer when somebody first signs in there.</summary>
internal sealed class OpenIdConnectSetup(IssuerRegistry issuers, ApprovalsWebOptions web, IssuerBackchannel backchannel, IDataProtectionProvider protection, TimeProvider time)
    : IConfigureNamedOptions<OpenIdConnectOptions>
{
    public const string CorrelationCookie = "approvals-sign-in.";

    public void Configure(OpenIdConnectOptions options) => throw new InvalidOperationException("Options of a sign-in are by the issuer's name.");

    public void Configure(string? name, OpenIdConnectOptions options)
    {
        Issuer issuer = issuers.Named(name!)!.Issuer;
        options.Issuer = issuer;
        options.Client = issuer.SignIn!;
        options.ClientId = issuer.SignIn!.ClientId;
        options.AuthorizationEndpoint = "https://discovered.invalid/"; // the handler puts the discovered one in its place
        options.CallbackPath = $"/sign-in/{issuer.Name}/callback";
        options.UsePkce = true; // S256, RFC 7636
        options.TimeProvider = time;
        options.Backchannel = backchannel.Client;
        options.RemoteAuthenticationTimeout = OpenIdConnectHandler.Patience;
        options.DataProtectionProvider = protection;
        // Bound to the issuer: the state of one is none of another (mix-up).
        options.StateDataFormat = new PropertiesDataFormat(protection.CreateProtector("Approvals.Web.SignIn.v1", issuer.Name));
        options.Scope.Clear();
        foreach (string scope in issuer.SignIn.Scopes) options.Scope.Add(scope);

        options.CorrelationCookie.Name = CorrelationCookie;
        // The issuer's redirect is a top-level GET, for which browsers send Lax cookies; the framework's default of None needs https.
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.SecurePolicy = web.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
    }
}
