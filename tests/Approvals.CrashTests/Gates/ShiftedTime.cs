namespace Approvals.CrashTests.Gates;

/// <summary>The system's clock, set wrong; timers run as ever.</summary>
internal sealed class ShiftedTime(TimeSpan by) : TimeProvider
{
    public TimeSpan By { get; set; } = by;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + By;
}
