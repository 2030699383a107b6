using Approvals.CrashTests.Child;
using Approvals.CrashTests.Lives;

namespace Approvals.CrashTests;

// Three classes, because the tests of one class wait for each other.
public sealed class IntakePointTests
{
    [Fact]
    public Task Promises_hold_whichever_write_of_the_intake_kills_the_gate() => NamedPoints.KillAtEachAsync(
        [Operations.Reserve, Operations.Accept, Operations.View, Operations.Review, Operations.Shred], [LifeKind.ApprovedByOne, LifeKind.Canceled]);
}

public sealed class OutcomePointTests
{
    [Fact]
    public Task Promises_hold_whichever_write_of_the_outcome_kills_the_gate() => NamedPoints.KillAtEachAsync(
        [Operations.Vote, Operations.Cancel, Operations.Decision, Operations.Release, Operations.Redemption, Operations.Redeemed, Operations.Receipt, Operations.Reported],
        [LifeKind.ApprovedByOne, LifeKind.Canceled]);
}

public sealed class ExceptionPointTests
{
    [Fact]
    public Task Promises_hold_whichever_write_of_an_exception_to_the_review_kills_the_gate() => NamedPoints.KillAtEachAsync(
        [Operations.Lend, Operations.Vote, Operations.Decision, Operations.FollowUp, Operations.FollowedUp, Operations.Return],
        [LifeKind.BrokenGlass, LifeKind.ApprovedByDeputy]);
}
