using System.Collections.Concurrent;

namespace Approvals.Web.RateLimits;

/// <summary>
/// A token bucket per caller, in this process. A first defence against a caller that runs wild: it is not shared between instances,
/// and forgets everything on restart.
/// </summary>
internal sealed class CallerRateLimiter(ApprovalsWebOptions options, TimeProvider time)
{
    /// <summary>Past so many callers the idle ones are forgotten; a forgotten caller begins with a full bucket.</summary>
    private const int MaxBuckets = 10_000;

    private readonly ConcurrentDictionary<string, Bucket> buckets = new();

    /// <summary>Takes one token of this caller; otherwise says when the next one comes.</summary>
    public bool TryTake(string caller, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (options.RequestsPerSecond is not { } rate) return true;

        DateTimeOffset now = time.GetUtcNow();
        if (buckets.Count >= MaxBuckets) ForgetIdle(now, rate);
        Bucket bucket = buckets.GetOrAdd(caller, static (_, initial) => new Bucket(initial.Burst, initial.Now), (Burst: options.RequestBurst, Now: now));
        return bucket.TryTake(now, rate, options.RequestBurst, out retryAfter);
    }

    private void ForgetIdle(DateTimeOffset now, double rate)
    {
        foreach ((string caller, Bucket bucket) in buckets)
        {
            if (bucket.IsFull(now, rate, options.RequestBurst)) buckets.TryRemove(caller, out _);
        }

        // INVARIANT: memory stays bounded even when nobody is idle.
        if (buckets.Count >= MaxBuckets) buckets.Clear();
    }

    private sealed class Bucket(double tokens, DateTimeOffset at)
    {
        private readonly Lock gate = new();
        private double tokens = tokens;
        private DateTimeOffset at = at;

        public bool TryTake(DateTimeOffset now, double rate, int burst, out TimeSpan retryAfter)
        {
            lock (gate)
            {
                Refill(now, rate, burst);
                if (tokens >= 1)
                {
                    tokens -= 1;
                    retryAfter = TimeSpan.Zero;
                    return true;
                }

                retryAfter = TimeSpan.FromSeconds((1 - tokens) / rate);
                return false;
            }
        }

        public bool IsFull(DateTimeOffset now, double rate, int burst)
        {
            lock (gate)
            {
                Refill(now, rate, burst);
                return tokens >= burst;
            }
        }

        private void Refill(DateTimeOffset now, double rate, int burst)
        {
            if (now <= at) return;
            tokens = Math.Min(burst, tokens + ((now - at).TotalSeconds * rate));
            at = now;
        }
    }
}
