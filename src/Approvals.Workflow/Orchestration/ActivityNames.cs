namespace Approvals.Workflow.Orchestration;

/// <summary>The activities' names as histories know them.</summary>
public static class ActivityNames
{
    public const string Redact = "redact";
    public const string EvaluatePolicy = "evaluate-policy";
    public const string UseStandingApproval = "use-standing-approval";
    public const string Reconsider = "reconsider";
    public const string ShowReview = "show-review";
    public const string Record = "record";

    /// <summary>Of version 2 and before, which signed and appended in two steps.</summary>
    public const string Sign = "sign";

    /// <inheritdoc cref="Sign"/>
    public const string Append = "append";

    public const string Release = "release";
}
