using Approvals.Web.Callers;
using Approvals.Workflow.Actions;

namespace Approvals.Web.Actions;

/// <summary>Where an action's resources are: paths, so that they are right behind any host name.</summary>
internal static class ActionLinks
{
    public static string Self(string id) => "/api/actions/" + id;

    /// <summary>What this caller can go on to now.</summary>
    public static SortedDictionary<string, string> Of(Caller caller, ActionDocument document)
    {
        string self = Self(document.Id);
        var links = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["self"] = self, ["page"] = "/actions/" + document.Id };
        if (document.View is not null) links["view"] = self + "/view";
        if (document.LedgerIndex is not null) links["record"] = "/api/records/" + document.Id;
        if (document.Status == ActionStatus.InReview && Visibility.IsAsked(caller, document)) links["votes"] = self + "/votes";
        if (!Visibility.IsActor(caller, document)) return links;

        if (!document.IsTerminal) links["wait"] = self + "?wait=30";
        if (document.Status is ActionStatus.Approved || !document.IsTerminal) links["release"] = self + "/release";
        if (document.RedeemedAt is not null) links["receipt"] = self + "/receipt";
        return links;
    }
}
