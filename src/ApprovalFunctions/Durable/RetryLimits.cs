using Approvals.Durable;

namespace ApprovalFunctions.Durable;

/// <summary>
/// Our retry policy within what Durable Task accepts: its constructor throws for intervals of zero and for a longest interval or a
/// timeout below the first interval. An orchestration near its deadline has such policies, and must fail closed by a decision, not by that.
/// </summary>
public readonly record struct RetryLimits(int MaxAttempts, TimeSpan FirstInterval, double BackoffCoefficient, TimeSpan MaxInterval, TimeSpan? Timeout)
{
    /// <summary>Durable timers are no finer; shorter waits only cost history.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan DefaultLongest = TimeSpan.FromHours(1);

    public static RetryLimits Of(RetryPolicy policy)
    {
        TimeSpan first = policy.FirstInterval > Shortest ? policy.FirstInterval : Shortest;
        if (policy.Timeout is { } timeout && timeout < first) first = timeout > Shortest ? timeout : Shortest;
        TimeSpan longest = policy.MaxInterval ?? DefaultLongest;
        return new RetryLimits(
            Math.Max(1, policy.MaxAttempts),
            first,
            Math.Max(1.0, policy.BackoffCoefficient),
            longest > first ? longest : first,
            policy.Timeout is { } limit && limit < first ? first : policy.Timeout);
    }
}
