using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Approvals.Notifications.Outbox;

/// <summary>
/// How long a delivery is tried: back-off with jitter, the same on every replay, since it comes from a hash of what is sent and not from chance.
/// </summary>
public static class Patience
{
    /// <summary>Where another channel stands by: people should hear of it within a minute, somehow.</summary>
    public static IReadOnlyList<TimeSpan> Short { get; } = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(30)];

    /// <summary>Where none does: close to the schedule that Standard Webhooks recommends, about three days in all.</summary>
    public static IReadOnlyList<TimeSpan> Long { get; } =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>The longest that a receiver can ask us to wait.</summary>
    public static readonly TimeSpan LongestRequested = TimeSpan.FromHours(6);

    /// <summary>With another channel standing by, who asks for more than this counts as down.</summary>
    public static readonly TimeSpan LongestRequestedWithStandby = TimeSpan.FromMinutes(1);

    /// <summary>The wait before the next attempt, or <see langword="null"/> when patience is over.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="retryAfter">What the receiver asked for; never less than that is waited.</param>
    /// <param name="seed">Names the delivery: receivers that failed together are not all called again together.</param>
    public static TimeSpan? Next(IReadOnlyList<TimeSpan> schedule, int attempt, TimeSpan? retryAfter, string seed)
    {
        if (attempt > schedule.Count) return null;
        bool hasStandby = ReferenceEquals(schedule, Short);
        TimeSpan asked = retryAfter is { } wish && wish > TimeSpan.Zero ? wish : TimeSpan.Zero;
        if (hasStandby && asked > LongestRequestedWithStandby) return null;
        if (asked > LongestRequested) asked = LongestRequested;
        TimeSpan wait = schedule[attempt - 1] * (0.8 + (0.4 * Fraction(seed, attempt)));
        return wait > asked ? wait : asked;
    }

    /// <summary>In [0, 1), spread evenly.</summary>
    private static double Fraction(string seed, int attempt)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{seed}|{attempt}")));
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / (uint.MaxValue + 1.0);
    }
}
