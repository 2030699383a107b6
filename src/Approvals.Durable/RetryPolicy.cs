namespace Approvals.Durable;

/// <summary>How often and how long a failing activity is tried again. Waits are durable and grow by <paramref name="BackoffCoefficient"/>.</summary>
/// <param name="MaxAttempts">All attempts, the first included; at least 1.</param>
/// <param name="FirstInterval">The wait after the first failure.</param>
/// <param name="BackoffCoefficient">Each wait is the one before times this; at least 1.</param>
/// <param name="MaxInterval">No wait is longer than this.</param>
/// <param name="Timeout">No attempt begins later than this after the first one; <see langword="null"/> is no limit.</param>
public sealed record RetryPolicy(
    int MaxAttempts,
    TimeSpan FirstInterval,
    double BackoffCoefficient = 2.0,
    TimeSpan? MaxInterval = null,
    TimeSpan? Timeout = null);
