using System.Diagnostics.Metrics;
using System.Text.Json;
using Approvals.Workflow.Ports;

namespace Approvals.Notifications.Outbox;

/// <summary>Counts delivery attempts by channel, kind, outcome and code. Meter <c>Approvals.Notifications</c>.</summary>
public sealed class NotificationMetrics : IDisposable
{
    public const string MeterName = "Approvals.Notifications";

    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> attempts;

    public NotificationMetrics() => attempts = meter.CreateCounter<long>("approvals.notifications.attempts", "{attempt}", "Attempts to deliver a notice.");

    public void Attempted(string channel, NoticeKind kind, Delivery delivery) => attempts.Add(
        1,
        new("channel", channel),
        new("kind", Word(kind.ToString())),
        new("outcome", Word(delivery.Outcome.ToString())),
        new("code", delivery.Code));

    public void Dispose() => meter.Dispose();

    private static string Word(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
