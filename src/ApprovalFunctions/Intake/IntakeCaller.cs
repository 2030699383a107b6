using ApprovalFunctions.Index;
using ApprovalFunctions.Settings;
using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ApprovalFunctions.Intake;

/// <summary>Marks a request that was made here, of a queue message. HTTP cannot set a feature.</summary>
internal sealed class IntakeMessageFeature;

/// <summary>
/// Who asks for the actions of the intake queue: the service that the setting <c>Approvals:ServiceBus:IntakeSubject</c> names. It must hold an
/// API key with the requester's role, which gives it its owners and groups; revoking its keys closes the queue.
/// </summary>
internal sealed class IntakeCaller(IOptions<GateSettings> settings, TableCredentials credentials, IDirectory directory) : ICallerScheme
{
    private const string Remedy = "Make an API key for the subject in Approvals:ServiceBus:IntakeSubject, a service with the role requester.";

    public string? Challenge => null;

    public bool IsAmbient => false;

    public async ValueTask<SchemeResult> AuthenticateAsync(HttpContext context)
    {
        if (context.Features.Get<IntakeMessageFeature>() is null) return SchemeResult.NotMine;
        if (settings.Value.ServiceBus.IntakeSubject is not { } subject) return SchemeResult.Refused(Remedy);

        var id = new PrincipalId(Principal.LocalIssuer, subject);
        IReadOnlyList<Credential> held = await credentials.OfAsync(id, context.RequestAborted);
        return held.Count > 0 && await directory.FindAsync(id, context.RequestAborted) is { Kind: not PrincipalKind.Human } principal
            ? SchemeResult.Accepted(new Caller(principal, [.. held.SelectMany(key => key.Roles).Distinct()], Assurance.Link, "intake:" + subject))
            : SchemeResult.Refused(Remedy);
    }
}
