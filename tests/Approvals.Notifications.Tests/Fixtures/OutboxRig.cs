using Approvals.Durable;
using Approvals.Engine.Tests;
using Approvals.Notifications.Outbox;
using Approvals.Workflow.Ports;
using Approvals.Policy;
using Approvals.Workflow.Delegations;
using Approvals.Workflow.Policies;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Notifications.Tests.Fixtures;

/// <summary>The outbox on the real engine, with two channels for people and one webhook, all scripted.</summary>
internal sealed class OutboxRig : IAsyncDisposable
{
    private readonly TestHost host = new();
    private readonly NotificationMetrics metrics = new();

    public Documents Documents { get; } = new();

    public ScriptedChannel First { get; } = new("first");

    public ScriptedChannel Second { get; } = new("second");

    public ScriptedChannel Webhook { get; } = new("webhook:siem");

    public IDurableClient Client => host.Client;

    public ManualClock Clock => host.Clock;

    public OutboxNotifier Notifier => new(host.Client, ["first", "second"], ["webhook:siem"], host.Clock);

    /// <summary>Under a policy without delegation.</summary>
    private Deputies Deputies() => new(
        null!, Documents, () => new PolicyInForce("sha256:x", _ => throw new NotSupportedException(), OpenReviews.Keep, new PolicyExceptions(null, null, null)), host.Clock);

    public async Task<OutboxRig> StartAsync()
    {
        var activities = new OutboxActivities(Documents, Deputies(), [First, Second, Webhook], metrics, host.Clock, NullLogger<OutboxActivities>.Instance);
        foreach (ActivityDefinition activity in activities.Definitions) host.WithActivity(activity);
        host.With<OutboxOrder, OutboxStatus>(OutboxOrchestration.Name, OutboxOrchestration.RunAsync);
        Documents[Documents.ActionId] = Documents.InReview();
        await host.StartAsync();
        return this;
    }

    public Task NotifyAsync(NoticeKind kind, string? id = null) =>
        Notifier.NotifyAsync(id ?? $"{Documents.ActionId}:{kind}", kind, Documents[Documents.ActionId], [], CancellationToken.None);

    public Task SettleAsync() => host.SettleAsync();

    /// <summary>Lets time pass in steps, so that everything that falls due on the way has its turn.</summary>
    public async Task PassAsync(TimeSpan time, int steps = 1)
    {
        for (int step = 0; step < steps; step++)
        {
            await host.SettleAsync();
            host.Clock.Advance(time / steps);
        }

        await host.SettleAsync();
    }

    /// <summary>Ends as a killed process does and starts again on what it left.</summary>
    public async Task KillAndRestartAsync() => await host.CrashAndRestartAsync();

    public async Task<OutboxStatus?> StatusAsync(string outbox)
    {
        InstanceState? state = await Client.GetAsync(outbox);
        return state?.CustomStatusJson is { } json ? TestHost.Json<OutboxStatus>(json) : null;
    }

    public async Task<bool> HasEndedAsync(string outbox) => (await Client.GetAsync(outbox))!.HasEnded;

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        metrics.Dispose();
    }
}
