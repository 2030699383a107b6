using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Tests.Hosting;

/// <summary>A session of an identity provider, as a header: <c>subject assurance</c>. For tests of what a session is worth, not of how it begins.</summary>
internal sealed class ProvenIdentity(IDirectory directory) : ICallerScheme
{
    public const string Header = "X-Proven-Identity";

    public string? Challenge => null;

    public bool IsAmbient => true;

    public async ValueTask<SchemeResult> AuthenticateAsync(HttpContext context)
    {
        if (context.Request.Headers[Header].ToString().Split(' ') is not [var subject, var assurance]) return SchemeResult.NotMine;
        Principal? person = await directory.FindAsync(new PrincipalId(Principal.LocalIssuer, subject), context.RequestAborted);
        return SchemeResult.Accepted(new Caller(person!, [Role.Reviewer], Enum.Parse<Assurance>(assurance), "proven:" + subject));
    }

    public static Task<Gate> GateAsync() => Gate.StartAsync(services: services => services.AddSingleton<ICallerScheme, ProvenIdentity>());

    public static HttpClient Browser(Gate gate, Principal person, Assurance assurance)
    {
        HttpClient browser = gate.Browser();
        browser.DefaultRequestHeaders.Add(Header, $"{person.Subject} {assurance}");
        return browser;
    }
}
