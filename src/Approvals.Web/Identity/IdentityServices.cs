using Approvals.Web.Callers;
using Approvals.Web.Identity.AppService;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Identity.Workloads;
using Approvals.Web.Sessions;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Approvals.Web.Identity;

/// <summary>
/// What sign-in, sessions and workload tokens need. No authentication scheme is registered: the schemes here are <see cref="ICallerScheme"/>s,
/// which every host asks in the same way.
/// </summary>
internal static class IdentityServices
{
    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        services.AddOptions();
        services.AddWebEncoders();
        services.AddSingleton<IssuerBackchannel>();
        services.AddSingleton<IssuerRegistry>();
        services.AddSingleton(provider => new KnownIdentities(provider.GetRequiredService<ApprovalsWebOptions>().Identity.People));
        services.AddSingleton<Admission>();

        // In the order in which a request's credentials count: what it carries on purpose before what a browser adds.
        services.AddSingleton<IssuerTokenScheme>();
        services.AddSingleton<ICallerScheme>(provider => provider.GetRequiredService<IssuerTokenScheme>());
        services.AddSingleton<SessionScheme>();
        services.AddSingleton<ICallerScheme>(provider => provider.GetRequiredService<SessionScheme>());
        services.AddSingleton<AppServiceScheme>();
        services.AddSingleton<ICallerScheme>(provider => provider.GetRequiredService<AppServiceScheme>());

        services.AddSingleton<IConfigureOptions<CookieAuthenticationOptions>, SessionCookie>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<CookieAuthenticationOptions>, PostConfigureCookieAuthenticationOptions>());
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, OpenIdConnectSetup>();
        services.AddSingleton<SignInFlow>();
        services.AddSingleton<IssuerSignOut>();
        return services;
    }
}
