using Approvals.Notifications.Outbox;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Notifications.Tests.Outbox;

public sealed class PatienceTests
{
    [Fact]
    public void Waits_are_the_same_on_every_replay_within_a_fifth_of_the_schedule_and_never_shorter_than_asked() =>
        Prop.ForAll<string, int, int>((seed, step, asked) =>
        {
            int attempt = 1 + (Math.Abs(step % Patience.Long.Count));
            TimeSpan? retryAfter = TimeSpan.FromSeconds(Math.Abs(asked % 100_000));
            TimeSpan wait = Patience.Next(Patience.Long, attempt, retryAfter, seed ?? "")!.Value;
            TimeSpan scheduled = Patience.Long[attempt - 1];
            TimeSpan wish = retryAfter.Value < Patience.LongestRequested ? retryAfter.Value : Patience.LongestRequested;
            TimeSpan most = scheduled * 1.2 > wish ? scheduled * 1.2 : wish;
            return wait == Patience.Next(Patience.Long, attempt, retryAfter, seed ?? "") && wait >= scheduled * 0.8 && wait >= wish && wait <= most;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Receivers_that_failed_together_are_not_called_again_together()
    {
        TimeSpan?[] waits = [.. Enumerable.Range(0, 200).Select(i => Patience.Next(Patience.Long, 3, null, $"notices-{i}"))];
        Assert.True(waits.Distinct().Count() > 190);
        Assert.InRange(waits.Average(wait => wait!.Value.TotalSeconds), 290, 310);
    }

    [Fact]
    public void Patience_ends() => Assert.Null(Patience.Next(Patience.Long, Patience.Long.Count + 1, null, "x"));

    [Fact]
    public void Who_asks_for_a_long_wait_while_another_stands_by_counts_as_down() =>
        Assert.Null(Patience.Next(Patience.Short, 1, TimeSpan.FromMinutes(2), "x"));
}
