using System.Text.Json;
using Approvals.Ledger.Log;
using Approvals.Ledger.Records;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Records;
using Approvals.Workflow.Reviews;
using Approvals.Workflow.Tests.Ports;

namespace Approvals.Workflow.Tests.Records;

/// <summary>Every decision fits a ledger entry, however much people write.</summary>
public sealed class RecordLimitsTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly string Digest = "sha256:" + new string('a', 64);

    /// <summary>The most that edge and policy let through: 25 votes and 50 owners, names and texts of full length, a target of a megabyte.</summary>
    [Theory]
    [InlineData("x")]
    [InlineData("\u0001")]
    [InlineData("漢")]
    [InlineData("😀")]
    public async Task Largest_decision_fits_and_says_still_who_decided(string letter)
    {
        Principal[] voters = [.. Enumerable.Range(0, 25).Select(i => Person($"voter-{i}-" + new string('v', 180), letter))];
        var request = new ActionRequest(
            "01900000-0000-7000-8000-000000000001", "data.export",
            new PrincipalChain(Person("actor", letter), Person("subject", letter), [.. Enumerable.Range(0, 50).Select(i => Person($"owner-{i}-" + new string('o', 180), letter))]),
            Digest, At, At.AddHours(1), new string('a', 200), null);
        var plan = new ReviewPlan([.. Enumerable.Range(0, 10).Select(i => new ReviewStage($"stage-{i}", [.. Enumerable.Range(0, 50).Select(g => $"group-{g}-" + Repeat(letter, 190))], i < 5 ? 3 : 2, TimeSpan.FromHours(1)))]);
        CountedVote[] votes = [.. voters.Select((voter, i) => new CountedVote(new Vote($"v{i}", voter, Assurance.Link, Verdict.Approve, Repeat(letter, 2_000), Digest, At), i < 15 ? i / 3 : 5 + ((i - 15) / 2)))];
        var review = new Review(plan, request.Chain, Digest, 9, At, votes, ReviewOutcome.Approved);
        var view = new RedactedView(JsonSerializer.SerializeToElement(new { target = Repeat(letter, 500_000) }), Digest, []);
        var policy = new PolicyDecision(PolicyVerdict.Review, new string('r', 100), Repeat(letter, 1_000), Digest, plan) { Evidence = [.. Enumerable.Range(0, 50).Select(i => $"CONTROL-{i}-" + new string('c', 80))] };
        var ports = new MemoryPorts();

        string record = await DecisionRecord.SignAsync(
            new SignStep(request, new RedactionSummary(Digest, []), policy, review, new Decision(Outcome.Approved, DecidedBy.People, Repeat(letter, 1_000), At)), view, ports, default);

        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(record);
        Assert.InRange(bytes.Length, 1, EntryBundle.MaxEntryBytes);
        DecisionPredicate predicate = SignedRecord.Parse(bytes).ReadPredicate(RecordJson.Decision);
        Assert.Equal(voters.Select(voter => voter.Subject), predicate.Votes.Select(vote => vote.Voter.Subject));
        Assert.Equal(50, predicate.Owners.Count);
        Assert.All(predicate.Votes, vote => Assert.Equal(Digest, vote.ViewDigest));
    }

    [Fact]
    public async Task Ordinary_decision_is_recorded_word_for_word()
    {
        Principal ann = Person("ann", "A");
        var request = new ActionRequest("01900000-0000-7000-8000-000000000001", "data.export", new PrincipalChain(Person("etl", "E"), null, []), Digest, At, At.AddHours(1), null, null);
        var plan = new ReviewPlan([new ReviewStage("one", ["owners"], 1, TimeSpan.FromHours(1))]);
        string words = Repeat("Checked against CHG-1234. ", 2_000);
        var review = new Review(plan, request.Chain, Digest, 0, At, [new CountedVote(new Vote("v", ann, Assurance.IdpMfa, Verdict.Approve, words, Digest, At), 0)], ReviewOutcome.Approved);

        string record = await DecisionRecord.SignAsync(
            new SignStep(request, null, null, review, new Decision(Outcome.Approved, DecidedBy.People, "yes", At)), null, new MemoryPorts(), default);

        DecisionPredicate predicate = SignedRecord.Parse(System.Text.Encoding.UTF8.GetBytes(record)).ReadPredicate(RecordJson.Decision);
        Assert.Equal(words, Assert.Single(predicate.Votes).Justification);
        Assert.Equal(["owners"], Assert.Single(predicate.Review!.Stages).Groups!);
    }

    private static Principal Person(string subject, string letter) =>
        new(PrincipalKind.Human, Principal.LocalIssuer, subject, Repeat(letter, 200), ["owners"]);

    private static string Repeat(string letter, int length) => string.Concat(Enumerable.Repeat(letter, length / letter.Length));
}
