using Microsoft.Extensions.Logging;

namespace ApprovalFunctions.Ledger;

/// <summary>Looks from time to time whether entries wait, wakes the sequencer for them, and says so when it does not keep up.</summary>
public sealed class LedgerWatch(IObjectStore waiting, Func<CancellationToken, Task> wake, ILogger<LedgerWatch> logger)
{
    private const int MaxLooked = 5_000;
    private IReadOnlyList<string> before = [];

    /// <returns>Entries that waited at the look before as well.</returns>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> now = await waiting.ListAsync(MaxLooked, cancellationToken);
        int behind = now.Intersect(before).Count();
        before = now;
        if (now.Count > 0) await wake(cancellationToken);

        // The alert "ledger behind" looks for this text; see infra-bicep/modules/alerts.bicep.
        if (behind > 0) logger.LogWarning("Ledger behind: {Behind} entries have waited for longer than a minute.", behind);
        return behind;
    }
}
