using Approvals.Durable;
using Approvals.Workflow.Ports;

namespace Approvals.Notifications.Outbox;

/// <summary>One outbox instance at work. Lives on the orchestration's scheduler.</summary>
internal sealed class OutboxRun : IDisposable
{
    private readonly IOrchestrationContext context;
    private readonly OutboxOrder order;
    private readonly CancellationTokenSource done = new();
    private readonly Task over;
    private readonly Queue<Notice> waiting = [];
    private readonly List<PostedMessage> posted = [];
    private readonly List<DeadLetter> dead = [];
    private readonly List<Told> told = [];
    private Task<Notice> notice;
    private Task<ReplayRequest> replay;
    private Trouble? trouble;
    private bool closed;

    public OutboxRun(IOrchestrationContext context, OutboxOrder order)
    {
        (this.context, this.order) = (context, order);
        over = context.CreateTimerAsync(order.Until, done.Token);
        notice = context.WaitForEventAsync<Notice>(OutboxOrchestration.NoticeEvent, done.Token);
        replay = context.WaitForEventAsync<ReplayRequest>(OutboxOrchestration.ReplayEvent, done.Token);
    }

    private enum Result
    {
        Done,
        Failed,

        /// <summary>A newer notice came while this one waited for its next attempt: it says everything this one would.</summary>
        Superseded,
    }

    public async Task<OutboxStatus> RunAsync()
    {
        while (true)
        {
            await TakeAsync();
            if (waiting.TryDequeue(out Notice? next))
            {
                await TellAsync(next);
                Report();
            }
            else if (await TakeReplayAsync())
            {
                await ReplayAsync();
                Report();
            }
            else if ((closed && dead.Count == 0) || over.IsCompleted)
            {
                return Status;
            }
            else
            {
                await Task.WhenAny(notice, replay, over);
            }
        }
    }

    public void Dispose()
    {
        done.Cancel(); // a wait that nobody needs must not keep the instance alive
        done.Dispose();
    }

    private OutboxStatus Status => new(order.ActionId, order.Channels) { Retrying = trouble, Dead = [.. dead], Told = [.. told] };

    private void Report() => context.SetStatus(Status);

    /// <summary>Moves an arrived notice into the queue.</summary>
    private async Task TakeAsync()
    {
        while (notice.IsCompleted)
        {
            waiting.Enqueue(await notice);
            notice = context.WaitForEventAsync<Notice>(OutboxOrchestration.NoticeEvent, done.Token);
        }
    }

    /// <summary>Whether an admin asked for a replay since the last time.</summary>
    private async Task<bool> TakeReplayAsync()
    {
        if (!replay.IsCompleted) return false;
        await replay;
        replay = context.WaitForEventAsync<ReplayRequest>(OutboxOrchestration.ReplayEvent, done.Token);
        return true;
    }

    private async Task TellAsync(Notice given)
    {
        if (given.Kind == NoticeKind.Closed) closed = true;
        if (!order.ForPeople)
        {
            foreach (string channel in order.Channels) await TellChannelAsync(channel, given, Patience.Long);
            return;
        }

        // Nobody need be asked any more what is decided, or what a later stage asks.
        dead.RemoveAll(letter => letter.Notice.Kind != NoticeKind.Closed && (closed || letter.Notice.IsBefore(given)));
        if (await UpdateAsync(given) == Result.Superseded || closed) return;
        for (int i = 0; i < order.Channels.Count; i++)
        {
            bool hasStandby = i + 1 < order.Channels.Count;
            Result result = await TellChannelAsync(order.Channels[i], given, hasStandby ? Patience.Short : Patience.Long);
            if (result is Result.Done or Result.Superseded) return;
        }
    }

    /// <summary>Brings messages of earlier stages, and all of a closed review, up to date where they stand.</summary>
    private async Task<Result> UpdateAsync(Notice given)
    {
        foreach (PostedMessage message in posted.Where(message => closed || message.IsBefore(given)).ToArray())
        {
            var update = new Notice(given.Id, NoticeKind.Closed, message.Stage, given.At, given.Deadline) { Round = message.Round };
            Result result = await DeliverAsync(message.Channel, message.Address, update, Patience.Long);
            if (result == Result.Superseded) return result;
            if (result == Result.Done) posted.Remove(message);
        }

        return Result.Done;
    }

    /// <summary>Delivers to every address that the notice has in a channel. Failed when there is none or one of them did not get it.</summary>
    private async Task<Result> TellChannelAsync(string channel, Notice given, IReadOnlyList<TimeSpan> patience)
    {
        bool isLast = ReferenceEquals(patience, Patience.Long);
        IReadOnlyList<string> addresses;
        try
        {
            addresses = await context.CallActivityAsync<IReadOnlyList<string>>(
                OutboxActivities.Address, new AddressStep(order.ActionId, channel, given), new RetryPolicy(5, TimeSpan.FromSeconds(1), MaxInterval: TimeSpan.FromMinutes(1)));
        }
        catch (ActivityFailedException failure)
        {
            if (isLast) Bury(given, channel, "", failure.ErrorCode, failure.Attempts);
            else Keep(given, channel, failure.Attempts, failure.ErrorCode);
            return Result.Failed;
        }

        if (addresses.Count == 0 && isLast && posted.Count == 0 && order.ForPeople) Bury(given, channel, "", "nobody_to_tell", 0);
        Result all = addresses.Count == 0 ? Result.Failed : Result.Done;
        foreach (string address in addresses)
        {
            Result result = await DeliverAsync(channel, address, given, patience);
            if (result == Result.Superseded) return result;
            if (result == Result.Failed) all = Result.Failed;
        }

        return all;
    }

    private async Task<Result> DeliverAsync(string channel, string address, Notice given, IReadOnlyList<TimeSpan> patience)
    {
        for (int attempt = 1; ; attempt++)
        {
            string? standing = posted.Find(message => message.Stands(channel, address, given))?.Ref;
            Delivery delivery = await AttemptAsync(new DeliveryStep(order.ActionId, order.ForPeople, channel, address, given, standing));
            trouble = null;
            switch (delivery.Outcome)
            {
                case DeliveryOutcome.Delivered:
                    Remember(channel, address, given, delivery.Ref ?? standing);
                    Keep(given, channel, attempt, null);
                    return Result.Done;
                case DeliveryOutcome.Obsolete:
                    return Result.Done;
            }

            string code = delivery.Code ?? "unknown";
            TimeSpan? wait = delivery.Outcome == DeliveryOutcome.TryLater
                ? Patience.Next(patience, attempt, delivery.RetryAfter, $"{context.InstanceId}|{given.Id}|{channel}|{address}")
                : null;
            if (wait is not { } pause)
            {
                if (ReferenceEquals(patience, Patience.Long)) Bury(given, channel, address, code, attempt);
                else Keep(given, channel, attempt, code);
                return Result.Failed;
            }

            trouble = new Trouble(channel, address, given.Kind, code, attempt, context.Now + pause);
            Report();
            if (await PauseAsync(pause)) return Result.Superseded;
            if (over.IsCompleted)
            {
                Bury(given, channel, address, code, attempt);
                return Result.Failed;
            }
        }
    }

    private async Task<Delivery> AttemptAsync(DeliveryStep step)
    {
        try
        {
            return await context.CallActivityAsync<Delivery>(OutboxActivities.Deliver, step);
        }
        catch (ActivityFailedException failure)
        {
            return Delivery.TryLater(failure.ErrorCode);
        }
    }

    /// <summary>
    /// Waits for the next attempt, which a replay brings on at once; true when, for people, a newer notice came meanwhile.
    /// </summary>
    private async Task<bool> PauseAsync(TimeSpan pause)
    {
        using var rest = new CancellationTokenSource();
        try
        {
            Task timer = context.CreateTimerAsync(context.Now + pause, rest.Token);
            while (!timer.IsCompleted && !over.IsCompleted)
            {
                await Task.WhenAny(timer, notice, replay, over);
                await TakeAsync();
                if (order.ForPeople && waiting.Count > 0)
                {
                    trouble = null;
                    return true;
                }

                if (await TakeReplayAsync()) return false;
            }
        }
        finally
        {
            rest.Cancel();
        }

        return false;
    }

    private void Remember(string channel, string address, Notice given, string? reference)
    {
        if (!order.ForPeople || given.Kind == NoticeKind.Closed) return;
        posted.RemoveAll(message => message.Stands(channel, address, given));
        posted.Add(new PostedMessage(channel, address, given.Round, given.Stage, reference));
    }

    /// <summary>Notes that a channel has the notice or, with a code, that the next channel has its turn.</summary>
    private void Keep(Notice given, string channel, int attempts, string? code)
    {
        if (!order.ForPeople) return; // of machines the trouble is enough

        // A channel with several addresses counts once; an address that failed there is worth a line of its own.
        if (told.Exists(known => (known.Channel, known.Kind, known.Stage, known.NoticeAt, known.Code) == (channel, given.Kind, given.Stage, given.At, code))) return;
        if (told.Count == OutboxOrchestration.MaxTold) told.RemoveAt(Math.Max(0, told.FindIndex(known => known.Kind == NoticeKind.Reminder))); // of these there are many
        told.Add(new Told(channel, given.Kind, given.Stage, given.At, context.Now, attempts, code));
    }

    private void Bury(Notice given, string channel, string address, string code, int attempts)
    {
        trouble = null;
        if (dead.Count == OutboxOrchestration.MaxDeadLetters) dead.RemoveAt(0);
        dead.Add(new DeadLetter(given, channel, address, code, attempts, context.Now));
    }

    /// <summary>Tells again what could not be told; what still cannot is buried again.</summary>
    private async Task ReplayAsync()
    {
        DeadLetter[] letters = [.. dead];
        dead.Clear();
        foreach (DeadLetter letter in letters)
        {
            // People may be told by any channel again; a message that could not be updated stands in one.
            if (order.ForPeople && letter.Notice.Kind != NoticeKind.Closed) await TellAsync(letter.Notice);
            else await DeliverAsync(letter.Channel, letter.Address, letter.Notice, Patience.Long);
        }
    }
}
