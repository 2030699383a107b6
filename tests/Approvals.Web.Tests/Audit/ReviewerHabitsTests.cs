using System.Net;
using AngleSharp.Dom;
using Approvals.Policy;
using Approvals.Web.Audit;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Web.Tests.Audit;

public sealed class ReviewerHabitsTests
{
    [Fact]
    public void Habits_count_shares_medians_and_runs_in_the_order_of_time()
    {
        ReviewerHabits habits = Assert.Single(Of("ann", ("a", 4), ("a", 30), ("d", null), ("a", 8), ("a", 200), ("a", null)));

        Assert.Equal((6, 5, 4), (habits.Votes, habits.Approvals, habits.Measured));
        Assert.Equal(8, habits.MedianSeconds);
        Assert.Equal(2, habits.Quick);
        Assert.Equal((3, 3), (habits.LongestRun, habits.CurrentRun));
    }

    [Fact]
    public void Remarks_need_enough_votes()
    {
        Assert.Null(Assert.Single(Of("ann", ("a", 2), ("a", 2))).Remark);
        Assert.Equal("Decides faster than one can read", Assert.Single(Of("ann", [.. Enumerable.Repeat(("a", (int?)3), 6)])).Remark);
        Assert.Equal("Has not denied for long", Assert.Single(Of("ann", [.. Enumerable.Repeat(("a", (int?)90), 20)])).Remark);
        Assert.Null(Assert.Single(Of("ann", [.. Enumerable.Repeat(("a", (int?)90), 19), ("d", 90)])).Remark);
    }

    [Fact]
    public void Runs_and_shares_stay_within_the_votes() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<bool[]>().Generator.Where(votes => votes.Length > 0).ToArbitrary(),
            votes =>
            {
                ReviewerHabits habits = Of("ann", [.. votes.Select(approves => (approves ? "a" : "d", (int?)null))]).Single();
                return habits.Votes == votes.Length
                    && habits.Approvals == votes.Count(approves => approves)
                    && habits.CurrentRun <= habits.LongestRun && habits.LongestRun <= habits.Approvals
                    && habits.CurrentRun == votes.Reverse().TakeWhile(approves => approves).Count();
            }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Auditors_see_what_the_page_measured_and_others_do_not()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient reviewer = gate.Browser();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        Dictionary<string, string> form = new(await Forms.OpenAsync(reviewer, link)) { ["verdict"] = "approve" };
        gate.Time.Advance(TimeSpan.FromSeconds(42));
        Assert.Equal(HttpStatusCode.SeeOther, (await reviewer.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);
        await gate.UntilAsync(document.Id, shown => shown.IsTerminal);

        using HttpClient auditor = await Forms.SignInAsync(gate, Gate.Aud);
        IElement row = Assert.Single((await Forms.ReadAsync(auditor, "/audit/reviewers?days=7")).QuerySelectorAll("tbody tr"));
        Assert.Contains("Ann Meyer", row.TextContent);
        Assert.Contains("42 seconds", row.TextContent);
        Assert.Contains("100 %", row.TextContent);

        gate.Time.Advance(TimeSpan.FromDays(8));
        using HttpClient later = await Forms.SignInAsync(gate, Gate.Aud); // the first session is over
        Assert.Contains("Nobody voted", (await Forms.ReadAsync(later, "/audit/reviewers?days=7")).Body!.TextContent);
        using HttpClient ann = await Forms.SignInAsync(gate, Gate.Ann);
        Assert.Equal(HttpStatusCode.Forbidden, (await ann.GetAsync("/audit/reviewers")).StatusCode);
    }

    private static IReadOnlyList<ReviewerHabits> Of(string subject, params (string Verdict, int? Seconds)[] votes)
    {
        Principal voter = Gate.Ann with { Subject = subject };
        var chain = new PrincipalChain(Gate.Etl, null, []);
        var plan = new ReviewPlan([new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromHours(1))]);
        return ReviewerHabits.Of(
            votes.Select((vote, at) => new ActionDocument
            {
                Id = at.ToString(),
                Status = ActionStatus.Approved,
                Request = new ActionRequest(at.ToString(), "a", chain, "sha256:", Gate.Start, Gate.Start, null, null),
                Review = Review.Begin(plan, chain, "sha256:", Gate.Start) with
                {
                    Votes =
                    [
                        new CountedVote(
                            new Vote("vote:0:x", voter, Assurance.Link, vote.Verdict == "a" ? Verdict.Approve : Verdict.Deny, "", "sha256:", Gate.Start.AddMinutes(at)) { SecondsRead = vote.Seconds }, 0),
                    ],
                },
            }).Reverse(), // newest first, as the index lists them
            Gate.Start);
    }
}
