using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Microsoft.Extensions.Logging;

namespace ApprovalFunctions.Index;

/// <summary>Says when actions are undecided though their deadline is over: the orchestration should have ended them.</summary>
public sealed class OverdueWatch(IActionIndex index, TimeProvider time, ILogger<OverdueWatch> logger)
{
    /// <summary>What a busy host may be late by.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private const int MaxPages = 50;
    private const int PageSize = 200;

    /// <returns>How many of the undecided actions, 10,000 at most, are late.</returns>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset late = time.GetUtcNow() - Grace;
        int overdue = 0;
        foreach (ActionStatus status in (ActionStatus[])[ActionStatus.Pending, ActionStatus.InReview])
        {
            string? cursor = null;
            for (int page = 0; page < MaxPages; page++)
            {
                ActionPage found = await index.ListAsync(new ActionQuery(status, Limit: PageSize, Cursor: cursor), cancellationToken);
                overdue += found.Actions.Count(document => document.Request.ExpiresAt < late);
                cursor = found.NextCursor;
                if (cursor is null) break;
            }
        }

        // The alert "actions overdue" looks for this text; see infra-bicep/modules/alerts.bicep.
        if (overdue > 0) logger.LogWarning("Actions overdue: {Overdue} are undecided past their deadline.", overdue);
        return overdue;
    }
}
