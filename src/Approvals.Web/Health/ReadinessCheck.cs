namespace Approvals.Web.Health;

/// <summary>One thing that must work before the gate takes requests. A host registers as many as it has, as singletons.</summary>
/// <param name="Name">E.g. <c>ledger</c>.</param>
/// <param name="CheckAsync">
/// <see langword="null"/> when it works, otherwise why not, in words fit for anybody to read. What it throws counts as not working.
/// Stopped after a few seconds; calls may overlap.
/// </param>
public sealed record ReadinessCheck(string Name, Func<CancellationToken, Task<string?>> CheckAsync)
{
    /// <summary>
    /// False for what must be put right while the gate works on as before: it is shown, and the gate stays ready. A load balancer that took the gate
    /// out for it would make an outage of a mistake that changed nothing.
    /// </summary>
    public bool IsVital { get; init; } = true;
}
