using Approvals.Workflow.Decisions;

namespace Approvals.Web.Pages.Parts;

/// <summary>Who or what came to a decision, in words.</summary>
internal static class DecisionWords
{
    public static string Sentence(DecidedBy by) => by switch
    {
        DecidedBy.Policy => "Decided by policy",
        DecidedBy.People => "Decided by people",
        DecidedBy.Requester => "Withdrawn",
        DecidedBy.Timeout => "Decided by the deadline",
        DecidedBy.StandingApproval => "Decided by a standing approval",
        DecidedBy.BreakGlass => "Decided past the review",
        _ => "The gate could not go on and failed closed",
    };

    /// <summary>For a table.</summary>
    public static string Short(DecidedBy by) => by switch
    {
        DecidedBy.Policy => "by policy",
        DecidedBy.People => "by people",
        DecidedBy.Requester => "withdrawn",
        DecidedBy.Timeout => "by the deadline",
        DecidedBy.StandingApproval => "by a standing approval",
        DecidedBy.BreakGlass => "by broken glass",
        _ => "by the gate, failing closed",
    };
}
