using Approvals.Durable;
using Approvals.Notifications;
using Approvals.Notifications.Outbox;
using Approvals.Web.Actions;
using Approvals.Web.Pages.Parts;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;

namespace Approvals.Web.Notifications;

/// <summary>
/// How people and machines were told of one action, as far as the caller may know: names of channels and codes of failures, and never an address or
/// what was said. Of webhooks, which are the gate's own affair, only auditors and admins hear.
/// </summary>
internal sealed class ActionNotices
{
    private readonly Told[] told;
    private readonly DeadLetter[] dead;
    private readonly Trouble[] troubles;

    /// <param name="people">The outbox of those who are asked.</param>
    /// <param name="machines">Of those only trouble is shown.</param>
    public ActionNotices(OutboxStatus? people, IReadOnlyList<OutboxStatus> machines)
    {
        OutboxStatus[] all = [.. people is null ? [] : (OutboxStatus[])[people], .. machines];
        told = [.. people?.Told ?? []];
        dead = [.. all.SelectMany(status => status.Dead)];
        troubles = [.. all.Select(status => status.Retrying).OfType<Trouble>()];
    }

    public static async Task<ActionNotices> LoadAsync(Exchange exchange, ActionDocument document)
    {
        var durable = exchange.Service<IDurableClient>();
        OutboxStatus? people = document.Review is null ? null : await durable.ToPeopleAsync(document.Id, exchange.Aborted);
        bool showsMachines = exchange.Caller.SeesAll && exchange.Http.RequestServices.GetService(typeof(NotificationOptions)) is NotificationOptions;
        return new ActionNotices(people, showsMachines ? await durable.ToMachinesAsync(document.Id, exchange.Service<NotificationOptions>(), exchange.Aborted) : []);
    }

    /// <summary>By which channels people were told of something that was due then; <see langword="null"/> when by none (yet).</summary>
    public string? HowTold(NoticeKind kind, int stage, DateTimeOffset due)
    {
        DateTimeOffset? notice = told.Where(one => one.Code is null && one.Kind == kind && one.Stage == stage && one.NoticeAt >= due).Select(one => (DateTimeOffset?)one.NoticeAt).Min();
        string[] channels = [.. told.Where(one => one.Code is null && one.Kind == kind && one.Stage == stage && one.NoticeAt == notice).Select(one => ChannelWords.Of(one.Channel))];
        return channels.Length == 0 ? null : "Told by " + string.Join(" and ", channels);
    }

    /// <summary>What went wrong in telling people of a stage.</summary>
    public IEnumerable<TimelineEntry> OfStage(int stage) =>
    [
        .. told.Where(one => one.Code is not null && one.Kind != NoticeKind.Closed && one.Stage == stage).Select(Of),
        .. dead.Where(letter => letter.Notice.Kind != NoticeKind.Closed && letter.Notice.Stage == stage).Select(Of),
    ];

    /// <summary>What went wrong in telling of the outcome.</summary>
    public IEnumerable<TimelineEntry> OfOutcome() => dead.Where(letter => letter.Notice.Kind == NoticeKind.Closed).Select(Of);

    /// <summary>What is about to be tried again.</summary>
    public IEnumerable<TimelineEntry> ToCome() => troubles.Select(trouble =>
        new TimelineEntry($"Trying {ChannelWords.Of(trouble.Channel)} again", trouble.NextAttemptAt, "next", $"{Capital(ChannelWords.Of(trouble.Kind))}: {ChannelWords.Failure(trouble.Code)}, after {ChannelWords.Attempts(trouble.Attempts)}."));

    private static TimelineEntry Of(Told failed) =>
        new($"Not told by {ChannelWords.Of(failed.Channel)}", failed.At, "warn", $"{Capital(ChannelWords.Of(failed.Kind))}: {ChannelWords.Failure(failed.Code!)}, after {ChannelWords.Attempts(failed.Attempts)}. The next channel was tried.");

    private static TimelineEntry Of(DeadLetter letter) =>
        new($"Not told by {ChannelWords.Of(letter.Channel)}", letter.At, "no", $"{Capital(ChannelWords.Of(letter.Notice.Kind))}: {ChannelWords.Failure(letter.Code)}{(letter.Attempts > 0 ? ", after " + ChannelWords.Attempts(letter.Attempts) : "")}. An admin can send it again.");

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
