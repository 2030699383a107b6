using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Approvals.Web.Sessions;

/// <summary>What the session cookie is.</summary>
internal sealed class SessionCookie(ApprovalsWebOptions web, IDataProtectionProvider protection, TimeProvider time) : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    public void Configure(CookieAuthenticationOptions options) => throw new InvalidOperationException("The session's options have a name.");

    public void Configure(string? name, CookieAuthenticationOptions options)
    {
        // Browsers take the __Host- prefix only with Secure: it pins the cookie to this host and path.
        options.Cookie.Name = web.IsSecure ? "__Host-" + name : name;
        options.Cookie.HttpOnly = true;
        options.Cookie.Path = "/";
        options.Cookie.SecurePolicy = web.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        // Lax, so that a link from a chat arrives signed in; every form has its own Strict guard, and GET changes nothing.
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.ExpireTimeSpan = web.SessionLifetime;
        options.SlidingExpiration = false; // whoever stole a cookie keeps it no longer than its owner would
        options.TimeProvider = time;
        options.DataProtectionProvider = protection;
    }
}
