using System.Text.Json.Serialization;
using Approvals.Workflow.Ports;

namespace Approvals.Notifications.Outbox;

/// <summary>
/// The input of an outbox instance: where the notices of one action go. Wire format: stands in histories, which hold ids and names of channels
/// and never text, link or secret.
/// </summary>
/// <param name="Channels">Names of channels. For people, the first that takes a notice is enough and the others stand in when it is down.</param>
/// <param name="ForPeople">
/// For people, notices say "look again": a newer one stands for the ones before it, and what is shown is what is true at the time of sending. For
/// machines every notice is an event of its own, delivered in order.
/// </param>
/// <param name="Until">The instance ends then at the latest, whatever is undelivered.</param>
public sealed record OutboxOrder(string ActionId, IReadOnlyList<string> Channels, bool ForPeople, DateTimeOffset Until);

/// <summary>One thing to tell. Wire format: the <c>notice</c> event of an outbox instance.</summary>
/// <param name="Id">The same on every repetition. Visible ASCII without dots: it is the <c>webhook-id</c> too.</param>
/// <param name="Stage">Index of the stage it is about.</param>
/// <param name="Deadline">Of that stage.</param>
public sealed record Notice(string Id, NoticeKind Kind, int Stage, DateTimeOffset At, DateTimeOffset? Deadline)
{
    /// <summary>Of the review: a change of policy that has the action decided anew begins another, with stages of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Round { get; init; }

    /// <summary>Whether its stage is over once the other notice is given.</summary>
    public bool IsBefore(Notice other) => (Round, Stage).CompareTo((other.Round, other.Stage)) < 0;
}

/// <summary>The <c>replay</c> event: an admin wants the dead letters sent again.</summary>
public sealed record ReplayRequest(DateTimeOffset At);

/// <summary>A message that stands in a channel, so that it can be updated there.</summary>
/// <param name="Address">Where in the channel, in the channel's own words; never a secret.</param>
/// <param name="Ref">The channel's own name for the message; <see langword="null"/> where it has none.</param>
public sealed record PostedMessage(string Channel, string Address, int Round, int Stage, string? Ref)
{
    /// <summary>Whether its stage is over once this notice is given.</summary>
    public bool IsBefore(Notice notice) => (Round, Stage).CompareTo((notice.Round, notice.Stage)) < 0;

    /// <summary>Whether it stands there for the stage that the notice is about.</summary>
    public bool Stands(string channel, string address, Notice notice) =>
        Channel == channel && Address == address && (Round, Stage) == (notice.Round, notice.Stage);
}

/// <summary>The input of an activity: one notice for one address of one channel. Wire format.</summary>
/// <param name="Ref">The message that stands there already.</param>
public sealed record DeliveryStep(string ActionId, bool ForPeople, string Channel, string Address, Notice Notice, string? Ref);

/// <summary>The input of the activity that finds out where in a channel a notice goes. Wire format.</summary>
public sealed record AddressStep(string ActionId, string Channel, Notice Notice);

public enum DeliveryOutcome
{
    /// <summary>The other side has it.</summary>
    Delivered,

    /// <summary>There is nothing to tell any more.</summary>
    Obsolete,

    /// <summary>Not now: the other side is down, slow or asks to wait.</summary>
    TryLater,

    /// <summary>Not like this, however often: a wrong token, an unknown channel, a host that is not allowed.</summary>
    Refused,
}

/// <summary>What became of one attempt. Wire format: stands in histories.</summary>
/// <param name="Code">Stable and without data, e.g. <c>http_503</c>, <c>timeout</c>, <c>slack_channel_not_found</c>; set unless delivered.</param>
/// <param name="RetryAfter">What the other side asked for.</param>
/// <param name="Ref">The message's name in the channel, once delivered.</param>
public sealed record Delivery(DeliveryOutcome Outcome, string? Code = null, TimeSpan? RetryAfter = null, string? Ref = null)
{
    public static Delivery Delivered(string? reference = null) => new(DeliveryOutcome.Delivered, Ref: reference);

    public static Delivery Obsolete { get; } = new(DeliveryOutcome.Obsolete);

    public static Delivery TryLater(string code, TimeSpan? retryAfter = null) => new(DeliveryOutcome.TryLater, code, retryAfter);

    public static Delivery Refused(string code) => new(DeliveryOutcome.Refused, code);
}

/// <summary>A notice that could not be delivered and waits for an admin. Wire format: stands in the instance's status.</summary>
public sealed record DeadLetter(Notice Notice, string Channel, string Address, string Code, int Attempts, DateTimeOffset At);

/// <summary>What an outbox instance shows of itself. Wire format: its custom status.</summary>
public sealed record OutboxStatus(string ActionId, IReadOnlyList<string> Channels)
{
    /// <summary>What is being sent and did not get through yet.</summary>
    public Trouble? Retrying { get; init; }

    /// <summary>At most <see cref="OutboxOrchestration.MaxDeadLetters"/>, oldest first.</summary>
    public IReadOnlyList<DeadLetter> Dead { get; init; } = [];

    /// <summary>
    /// For people: what became of the notices so far, once for each notice and channel; at most <see cref="OutboxOrchestration.MaxTold"/>, oldest first,
    /// without the oldest reminders where there are more.
    /// </summary>
    public IReadOnlyList<Told> Told { get; init; } = [];
}

/// <summary>A channel that has a notice, or from which the outbox turned to the next. Wire format: stands in the instance's status.</summary>
/// <param name="NoticeAt">When the notice was given; <paramref name="At"/> is when the channel had it or was given up.</param>
/// <param name="Code"><see langword="null"/> when it was delivered; otherwise what the last attempt came to.</param>
public sealed record Told(string Channel, NoticeKind Kind, int Stage, DateTimeOffset NoticeAt, DateTimeOffset At, int Attempts, string? Code);

/// <summary>A delivery in trouble: the last attempt failed and another follows.</summary>
public sealed record Trouble(string Channel, string Address, NoticeKind Kind, string Code, int Attempts, DateTimeOffset NextAttemptAt);
