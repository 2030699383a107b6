using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Releases;

namespace Approvals.Web.Actions;

/// <summary>Who may see which action. Whoever may not is answered as if it did not exist.</summary>
internal static class Visibility
{
    /// <summary>Its requester, the reviewers it asks or might ask in an emergency, auditors and admins.</summary>
    public static bool MaySee(Caller caller, ActionDocument document) =>
        caller.SeesAll || IsRequester(caller, document) || IsAsked(caller, document) || IsForEmergencies(caller, document);

    /// <summary>Who asked for it, or for whom.</summary>
    public static bool IsRequester(Caller caller, ActionDocument document) =>
        caller.Has(Role.Requester)
        && (document.Request.Chain.Actor.Id == caller.Principal.Id || document.Request.Chain.OnBehalfOf?.Id == caller.Principal.Id);

    /// <summary>Who asked for it, and nobody else: only the actor is handed a release.</summary>
    public static bool IsActor(Caller caller, ActionDocument document) =>
        caller.Has(Role.Requester) && document.Request.Chain.Actor.Id == caller.Principal.Id;

    /// <summary>Who may report on it: who asked, and whom the release is meant for.</summary>
    public static bool IsExecutor(Caller caller, ActionDocument document) =>
        IsActor(caller, document)
        || (caller.Has(Role.Requester) && document.Request.Audience is { } audience
            && ReleaseDesk.AudiencesOf(caller.Principal.Id).Contains(audience));

    /// <summary>A reviewer in a group that any stage of the plan, or its escalation, names.</summary>
    public static bool IsAsked(Caller caller, ActionDocument document) =>
        caller.Has(Role.Reviewer) && document.Policy?.Plan is { } plan && plan.Stages.Any(stage => Names(stage, caller.Principal));

    /// <summary>A reviewer in a group that may break the glass for it, or owes the review of that.</summary>
    private static bool IsForEmergencies(Caller caller, ActionDocument document) =>
        caller.Has(Role.Reviewer) && document.Policy?.Exceptions?.BreakGlass is { } limits
        && caller.Principal.OwnGroups.Any(group => limits.Groups.Contains(group) || limits.FollowUpGroups.Contains(group));

    private static bool Names(ReviewStage stage, Principal person) =>
        person.Groups.Any(group => stage.Groups.Contains(group) || stage.Escalation?.Groups.Contains(group) == true);
}
