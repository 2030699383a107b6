namespace Approvals.Engine;

/// <summary>The engine's limits. Each bounds memory; past <see cref="MaxActiveInstances"/> new work is refused, the others queue.</summary>
public sealed record EngineOptions
{
    /// <summary>Activity attempts that run at once.</summary>
    public int MaxConcurrentActivities { get; init; } = 64;

    /// <summary>
    /// Instances kept in memory while they only wait; the longest waiting is evicted, and loaded again when something comes. Enough for those
    /// that wait for another program: keeping many longer makes the garbage collector carry each of them through all its generations.
    /// </summary>
    public int MaxHotInstances { get; init; } = 500;

    /// <summary>
    /// Instances with something running, queued or committing. Past it <c>StartAsync</c> throws <see cref="Durable.EngineBusyException"/>,
    /// and due timers and recovery wait; past it by a quarter <c>RaiseEventAsync</c> throws too.
    /// </summary>
    public int MaxActiveInstances { get; init; } = 4_000;
}
