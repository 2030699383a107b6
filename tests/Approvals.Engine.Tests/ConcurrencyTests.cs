using Approvals.Durable;

namespace Approvals.Engine.Tests;

public sealed class ConcurrencyTests
{
    [Fact]
    public async Task Racing_starts_events_and_evictions_count_each_event_once()
    {
        const int instances = 60;
        const int events = 10;
        await using var host = new TestHost { Options = new EngineOptions { MaxHotInstances = 3, MaxConcurrentActivities = 4 } }
            .WithActivity<int, int>("pass", async (_, n) =>
            {
                await Task.Yield();
                return n;
            })
            .With<int, int>("sum", async (context, count) =>
            {
                int sum = 0;
                for (int i = 0; i < count; i++)
                {
                    sum += await context.CallActivityAsync<int>("pass", await context.WaitForEventAsync<int>("add"));
                    context.SetStatus(new { sum });
                }

                return sum;
            });
        await host.StartAsync();

        int started = 0, accepted = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < instances; i++)
            {
                string id = $"i{(i + (caller * 7)) % instances:00}";
                if (await host.Client.StartAsync("sum", id, events))
                    Interlocked.Increment(ref started);
                for (int n = 0; n < events; n++)
                {
                    if (await host.Client.RaiseEventAsync(id, "add", $"e{(n + caller) % events}", 1 << ((n + caller) % events)) == RaiseResult.Accepted)
                        Interlocked.Increment(ref accepted);
                }
            }
        })));

        Assert.Equal((instances, instances * events), (started, accepted));
        await host.SettleAsync();
        for (int i = 0; i < instances; i++)
            Assert.Equal($"{(1 << events) - 1}", (await host.EndAsync($"i{i:00}")).OutputJson);
        Assert.Equal(0, host.Engine.ActiveInstances);
    }
}
