namespace Approvals.Web.Health;

/// <summary>One thing that must work before the gate takes requests. A host registers as many as it has, as singletons.</summary>
/// <param name="Name">E.g. <c>ledger</c>.</param>
/// <param name="CheckAsync">
/// <see langword="null"/> when it works, otherwise why not, in words fit for anybody to read. What it throws counts as not working.
/// Stopped after a few seconds; calls may overlap.
/// </param>
public sealed record ReadinessCheck(string Name, Func<CancellationToken, Task<string?>> CheckAsync);
