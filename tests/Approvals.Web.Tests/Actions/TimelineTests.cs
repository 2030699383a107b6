using AngleSharp.Dom;
using Approvals.Notifications;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Webhooks;
using Approvals.Policy;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Exceptions;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Tests.Actions;

/// <summary>An action's page tells everything that happened, in order.</summary>
public sealed class TimelineTests
{
    [Fact]
    public async Task Reminders_and_escalations_of_every_stage_stand_where_they_happened()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gate.Review(
            new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromHours(2)) { Reminders = [TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(60)], Escalation = new Escalation(TimeSpan.FromMinutes(45), ["others"]) },
            new ReviewStage("others", ["others"], 1, TimeSpan.FromHours(2)) { Reminders = [TimeSpan.FromMinutes(30)] });
        ActionDocument document = await gate.InReviewAsync();
        gate.Time.Advance(TimeSpan.FromMinutes(50));
        await Forms.VoteAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ann), "approve");
        await gate.UntilAsync(document.Id, shown => shown.Review!.StageIndex == 1);
        gate.Time.Advance(TimeSpan.FromMinutes(31));

        Assert.Equal(
            [
                "Requested", "Redacted", "Policy asks people", "Review, stage 1 of 2: owners", "Reminded", "Escalated", "Approval by Ann Meyer",
                "Review, stage 2 of 2: others", "Reminded", "Deadline",
            ],
            (await ReadAsync(gate, document)).Select(entry => entry.Title));
    }

    [Fact]
    public async Task Deputy_is_shown_as_standing_in_on_the_review_and_in_the_timeline()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Exceptions = new PolicyExceptions(null, null, new DelegationLimits(TimeSpan.FromDays(21)));
        gate.Policy = _ => Gallery.TwoStages;
        gate.Ports.Delegations.Add(new Delegation("d", new PersonRef(Principal.LocalIssuer, "ann"), new PersonRef(Principal.LocalIssuer, "eve"), Gate.Start, Gate.Start.AddDays(7), ["data-owners"]));
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient eve = await Forms.SignInAsync(gate, Gate.Eve);

        Assert.Contains("standing in for Ann Meyer", Words((await Forms.ReadAsync(eve, $"/actions/{document.Id}/review")).QuerySelector(".decide")!));
        await Forms.VoteAsync(eve, $"/actions/{document.Id}/review", "approve");
        await gate.UntilAsync(document.Id, shown => shown.Review!.Votes.Count == 1);
        Assert.Contains((await ReadAsync(gate, document)), entry => entry.Title == "Approval by Eve Novak, standing in for ann");
        using HttpClient ben = await Forms.SignInAsync(gate, Gate.Ben);
        Assert.Contains("standing in for ann", Words((await Forms.ReadAsync(ben, $"/actions/{document.Id}/review")).QuerySelector(".votes")!));
    }

    [Fact]
    public async Task Broken_glass_is_told_from_the_first_consent_to_the_review_of_it()
    {
        await using Gate gate = await Gate.StartAsync();
        var limits = new BreakGlassLimits(["data-owners"], ["data.*"], ["others"], TimeSpan.FromDays(2));
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromHours(1))) with { Exceptions = new PolicyExceptions(limits, null, null) };
        ActionDocument document = await gate.InReviewAsync();
        Vote ann = Consent(document, Gate.Ann), ben = Consent(document, Gate.Ben);
        await gate.Ports.UpdateAsync(document.Id, shown => shown with { Review = shown.Review! with { Consents = [ann] } }, CancellationToken.None);

        using HttpClient asked = await Forms.SignInAsync(gate, Gate.Ben);
        IDocument page = await Forms.ReadAsync(asked, "/actions/" + document.Id);
        Assert.NotNull(page.QuerySelector($"main a[href='/actions/{document.Id}/break-glass']"));
        using HttpClient root = await Forms.SignInAsync(gate, Gate.Root);
        Assert.Null((await Forms.ReadAsync(root, "/actions/" + document.Id)).QuerySelector("main a[href$='/break-glass']")); // owner of the pipeline, and no reviewer
        Assert.Contains(await ReadAsync(gate, document), entry => entry.Title == "Consent to break the glass by Ann Meyer" && entry.Text.Contains("The shop is down.", StringComparison.Ordinal));

        var owed = new FollowUpReview(document.Id, ["others"], Gate.Start, Gate.Start.AddDays(2), null);
        await gate.Ports.UpdateAsync(document.Id, shown => shown with
        {
            Status = ActionStatus.Approved,
            Review = shown.Review! with { Consents = [ann, ben], Outcome = ReviewOutcome.GlassBroken },
            Decision = Decision.ByPeople(ReviewOutcome.GlassBroken, Gate.Start),
            FollowUp = owed,
            LedgerIndex = 1,
        }, CancellationToken.None);
        IReadOnlyList<Entry> broken = await ReadAsync(gate, document);
        Assert.Contains(broken, entry => entry.Title == "Approved" && entry.Text.Contains("Decided past the review", StringComparison.Ordinal));
        Assert.DoesNotContain(broken, entry => entry.Text.Contains("failed closed", StringComparison.Ordinal));
        Assert.Contains(broken, entry => entry.Title == "Review of the broken glass" && entry.Text.Contains("Owed by others.", StringComparison.Ordinal));
        Assert.Contains("by broken glass", Words((await Forms.ReadAsync(root, "/audit")).QuerySelector("main")!));
        using HttpClient eve = await Forms.SignInAsync(gate, Gate.Eve);
        Assert.NotNull((await Forms.ReadAsync(eve, "/actions/" + document.Id)).QuerySelector($"main a[href='/actions/{document.Id}/follow-up']"));

        await gate.Ports.UpdateAsync(document.Id, shown => shown with { FollowUp = owed with { DoneAt = Gate.Start.AddHours(1) } }, CancellationToken.None);
        IReadOnlyList<Entry> reviewed = await ReadAsync(gate, document);
        Assert.Contains(reviewed, entry => entry.Title == "Broken glass reviewed");
        Assert.DoesNotContain(reviewed, entry => entry.Title == "Review of the broken glass");
    }

    [Fact]
    public async Task Standing_approval_and_changes_of_policy_are_told()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        await gate.Ports.UpdateAsync(document.Id, shown => shown with
        {
            PolicyChanges = [new PolicyChange(2, "sha256:2", PolicyEffect.Redecided, Gate.Start), new PolicyChange(3, "sha256:3", PolicyEffect.Kept, Gate.Start.AddMinutes(5))],
        }, CancellationToken.None);
        Assert.Equal(
            ["Requested", "Redacted", "Policy changed", "Policy asks people", "Review", "Policy changed", "Deadline"],
            (await ReadAsync(gate, document)).Select(entry => entry.Title));

        await gate.Ports.UpdateAsync(document.Id, shown => shown with
        {
            Status = ActionStatus.Approved,
            Review = null,
            Decision = Decision.ByStandingApproval(Gate.Start),
            StandingUse = new StandingUse("grant", 2, 10, [new PersonRef(Principal.LocalIssuer, "ann")], 4),
        }, CancellationToken.None);
        Assert.Contains(await ReadAsync(gate, document), entry => entry.Text.Contains("standing approval: use 2 of 10, granted by ann", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Channel_that_is_down_and_the_one_that_stood_in_are_seen_by_who_may_see_the_action()
    {
        await using Gate gate = await Gate.StartAsync(services: services => services.AddSingleton(new NotificationOptions
        {
            Order = ["slack", "teams"],
            Webhooks = [new WebhookOptions("siem", new Uri("https://siem.example"), [])],
        }));
        ActionDocument document = await gate.InReviewAsync();
        DateTimeOffset at = Gate.Start.AddMinutes(1);
        gate.Engine.Show(OutboxOrchestration.Name, "notices-people-" + document.Id, new OutboxStatus(document.Id, ["slack", "teams"])
        {
            Told =
            [
                new Told("slack", NoticeKind.Requested, 0, Gate.Start, at, 4, "http_503"),
                new Told("teams", NoticeKind.Requested, 0, Gate.Start, at, 1, null),
            ],
            Retrying = new Trouble("teams", "data-owners", NoticeKind.Reminder, "timeout", 2, at.AddMinutes(5)),
        });
        gate.Engine.Show(OutboxOrchestration.Name, "notices-webhook-siem-" + document.Id, new OutboxStatus(document.Id, ["webhook:siem"])
        {
            Dead = [new DeadLetter(new Notice("n", NoticeKind.Requested, 0, Gate.Start, null), "webhook:siem", "", "http_410", 1, at)],
        });
        gate.Time.Advance(TimeSpan.FromMinutes(2));

        IReadOnlyList<Entry> seen = await ReadAsync(gate, document, Gate.Ann);
        Assert.Equal(["Requested", "Redacted", "Policy asks people", "Review", "Not told by Slack", "Trying Microsoft Teams again", "Deadline"], seen.Select(entry => entry.Title));
        Assert.Contains("Told by Microsoft Teams", seen.Single(entry => entry.Title == "Review").Text, StringComparison.Ordinal);
        Assert.Contains("The request: it answered HTTP 503, after 4 attempts. The next channel was tried.", seen.Single(entry => entry.Title == "Not told by Slack").Text, StringComparison.Ordinal);
        Assert.Contains("no answer in time, after 2 attempts", seen[^2].Text, StringComparison.Ordinal);

        // Who is told by machine is the gate's own affair: auditors and admins.
        Assert.Contains(await ReadAsync(gate, document, Gate.Aud), entry => entry.Title == "Not told by webhook siem" && entry.Text.Contains("HTTP 410", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Trouble_of_a_channel_reaches_an_open_page_with_the_next_beat()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient client = gate.Client(Gate.Ann);
        using HttpResponseMessage response = await client.GetAsync($"/api/actions/{document.Id}/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        string first = await StateAsync(reader);
        gate.Engine.Show(OutboxOrchestration.Name, "notices-people-" + document.Id, new OutboxStatus(document.Id, ["slack"])
        {
            Retrying = new Trouble("slack", "C1", NoticeKind.Requested, "http_503", 1, Gate.Start.AddMinutes(1)),
        });
        Task<string> second = StateAsync(reader);
        while (await Task.WhenAny(second, gate.Time.TimerWithinAsync(TimeSpan.FromSeconds(15))) != second) gate.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.NotEqual(first, await second);
    }

    private static async Task<string> StateAsync(StreamReader reader)
    {
        while (true)
        {
            string line = (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)))!;
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return line;
        }
    }

    private static Vote Consent(ActionDocument document, Principal person) =>
        new("c:" + person.Subject, person, Assurance.IdpMfa, Verdict.Approve, "The shop is down.", document.View!.Digest, Gate.Start.AddMinutes(1)) { BreaksGlass = true };

    private static async Task<IReadOnlyList<Entry>> ReadAsync(Gate gate, ActionDocument document, Principal? reader = null)
    {
        using HttpClient browser = await Forms.SignInAsync(gate, reader ?? Gate.Aud);
        IDocument page = await Forms.ReadAsync(browser, "/actions/" + document.Id);
        return [.. page.QuerySelectorAll(".timeline li").Select(entry => new Entry(Words(entry.QuerySelector("h3")!), Words(entry)))];
    }

    private static string Words(IElement element) => string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed record Entry(string Title, string Text);
}
