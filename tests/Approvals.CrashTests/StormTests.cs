using System.Globalization;
using Approvals.CrashTests.Lives;

namespace Approvals.CrashTests;

/// <summary>
/// SIGKILLs at random times under load. With <c>APPROVALS_STORM=KILLS</c> a long one of so many kills runs too, with <c>APPROVALS_STORM_SEED</c> a given one.
/// </summary>
public sealed class StormTests(ITestOutputHelper output)
{
    [Fact]
    public Task Promises_hold_when_gates_are_killed_at_random_times() => RunAsync(new StormPlan(Seed: 1, Kills: 10, Callers: 8), TimeSpan.FromMinutes(6));

    [Fact]
    public Task Promises_hold_in_a_long_storm()
    {
        string kills = Environment.GetEnvironmentVariable("APPROVALS_STORM") ?? "";
        Assert.SkipWhen(kills.Length == 0, "Takes minutes: set APPROVALS_STORM to a number of kills, e.g. 300.");
        string seed = Environment.GetEnvironmentVariable("APPROVALS_STORM_SEED")
            ?? TimeProvider.System.GetTimestamp().ToString(CultureInfo.InvariantCulture);
        return RunAsync(
            new StormPlan(ulong.Parse(seed, CultureInfo.InvariantCulture), int.Parse(kills, CultureInfo.InvariantCulture), Callers: 16), TimeSpan.FromHours(1));
    }

    private async Task RunAsync(StormPlan plan, TimeSpan limit)
    {
        output.WriteLine(plan.ToString());
        StormReport report = await Storm.RunAsync(plan, limit, output.WriteLine);
        output.WriteLine(report.ToString());
        TestContext.Current.AddAttachment("storm", report.ToString());
    }
}
