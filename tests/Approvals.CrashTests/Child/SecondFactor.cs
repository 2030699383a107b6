using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.CrashTests.Child;

/// <summary>Takes people's API keys for a sign-in with a second factor: without one nobody breaks the glass, and no identity provider runs here.</summary>
internal sealed class SecondFactor(ICallerScheme keys) : ICallerScheme
{
    public string? Challenge => keys.Challenge;

    public bool IsAmbient => keys.IsAmbient;

    /// <summary>In place of API keys as they are: the first scheme of all.</summary>
    public static void Install(IServiceCollection services)
    {
        ServiceDescriptor registered = services.First(service => service.ServiceType == typeof(ICallerScheme));
        services[services.IndexOf(registered)] =
            ServiceDescriptor.Singleton<ICallerScheme>(provider => new SecondFactor((ICallerScheme)registered.ImplementationFactory!(provider)));
    }

    public async ValueTask<SchemeResult> AuthenticateAsync(HttpContext context)
    {
        SchemeResult result = await keys.AuthenticateAsync(context);
        return result.Caller is { Principal.Kind: PrincipalKind.Human } person ? SchemeResult.Accepted(person with { Assurance = Assurance.IdpMfa }) : result;
    }
}
