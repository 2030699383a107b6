using Approvals.CrashTests.Child;

namespace Approvals.CrashTests;

// Two classes, because the tests of one class wait for each other.
public sealed class IntakePointTests
{
    [Fact]
    public Task Promises_hold_whichever_write_of_the_intake_kills_the_gate() => NamedPoints.KillAtEachAsync(
        [Operations.Reserve, Operations.Accept, Operations.View, Operations.Review, Operations.Shred]);
}

public sealed class OutcomePointTests
{
    [Fact]
    public Task Promises_hold_whichever_write_of_the_outcome_kills_the_gate() => NamedPoints.KillAtEachAsync(
        [Operations.Vote, Operations.Cancel, Operations.Decision, Operations.Release, Operations.Redemption, Operations.Redeemed, Operations.Receipt, Operations.Reported]);
}
