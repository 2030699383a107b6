using Approvals.Durable;

namespace Approvals.Engine;

internal static class RetrySchedule
{
    /// <summary>When the attempt after a failed one is due, in Unix milliseconds; <see langword="null"/> when there is none.</summary>
    /// <param name="failed">The number of the attempt that failed, from 1.</param>
    public static long? NextAttemptAt(this RetryPolicy policy, int failed, long firstAttemptAt, long now)
    {
        if (failed >= policy.MaxAttempts)
            return null;
        double most = (policy.MaxInterval ?? TimeSpan.FromDays(365)).TotalMilliseconds;
        double wait = policy.FirstInterval.TotalMilliseconds * Math.Pow(Math.Max(policy.BackoffCoefficient, 1), failed - 1);
        long next = now + (long)Math.Ceiling(Math.Clamp(wait, 0, Math.Max(most, 0)));
        return policy.Timeout is { } timeout && next - firstAttemptAt > timeout.TotalMilliseconds ? null : next;
    }
}
