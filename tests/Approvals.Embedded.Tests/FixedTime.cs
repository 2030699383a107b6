namespace Approvals.Embedded.Tests;

/// <summary>A wall clock that moves when a test says so. Timers are those of the system and are not used here.</summary>
internal sealed class FixedTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
