using System.Text.Json;
using Approvals.Durable;

namespace ApprovalFunctions.Durable;

/// <summary>How an event travels to an instance: with its own id, which Durable Task does not know.</summary>
public sealed record EventEnvelope(string Id, JsonElement Payload);

/// <summary>
/// Events as the orchestration sees them: buffered when early, each id once, in the order they came, and a withdrawn wait takes nothing.
/// Durable Task itself promises none of the last three: it keeps no ids, its newest waiter is served first, and a waiter whose token was
/// canceled still swallows the next event. So one wait of its own stays open per name and everything else happens here.
/// </summary>
/// <remarks>
/// Deterministic: state changes only in the orchestration's turns, driven by history. Runs on the orchestration's scheduler, so no
/// continuation here may leave it.
/// </remarks>
/// <param name="receive">The engine's next event of a name.</param>
public sealed class EventInbox(Func<string, Task<EventEnvelope>> receive)
{
    private readonly Dictionary<string, Mailbox> mailboxes = new(StringComparer.Ordinal);

    public Task<TEvent> WaitAsync<TEvent>(string name, CancellationToken cancellationToken)
    {
        if (!mailboxes.TryGetValue(name, out Mailbox? mailbox)) mailboxes[name] = mailbox = new Mailbox();
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<TEvent>(cancellationToken);
        if (mailbox.Early.TryDequeue(out JsonElement early)) return Task.FromResult(Read<TEvent>(early));

        // Without RunContinuationsAsynchronously: that would take the orchestration to another thread.
        var waiter = new TaskCompletionSource<JsonElement>();
        LinkedListNode<TaskCompletionSource<JsonElement>> place = mailbox.Waiters.AddLast(waiter);
        cancellationToken.Register(() =>
        {
            if (waiter.TrySetCanceled(cancellationToken) && place.List is { } waiters) waiters.Remove(place);
        });
        if (!mailbox.Receiving) _ = ReceiveAsync(name, mailbox);
        return ReadAsync<TEvent>(waiter.Task);
    }

    /// <summary>Keeps receiving while somebody waits; what comes while nobody does stays with the engine until then.</summary>
    private async Task ReceiveAsync(string name, Mailbox mailbox)
    {
        mailbox.Receiving = true;
        while (mailbox.Waiters.Count > 0)
        {
            EventEnvelope next;
            try
            {
                next = await receive(name);
            }
            catch (Exception unreadable)
            {
                // Somebody raised an event past the gate: who waits for it fails, and with it the instance, closed.
                foreach (TaskCompletionSource<JsonElement> waiter in mailbox.Waiters) waiter.TrySetException(unreadable);
                mailbox.Waiters.Clear();
                break;
            }

            if (!mailbox.Seen.Add(next.Id)) continue;
            if (mailbox.Waiters.First is not { } first)
            {
                mailbox.Early.Enqueue(next.Payload);
                break;
            }

            // Before its task completes: what then runs may wait again.
            mailbox.Waiters.RemoveFirst();
            first.Value.TrySetResult(next.Payload);
        }

        mailbox.Receiving = false;
    }

    private static async Task<TEvent> ReadAsync<TEvent>(Task<JsonElement> payload) => Read<TEvent>(await payload);

    private static TEvent Read<TEvent>(JsonElement payload) => payload.Deserialize<TEvent>(DurableJson.Options)!;

    private sealed class Mailbox
    {
        public LinkedList<TaskCompletionSource<JsonElement>> Waiters { get; } = [];

        public Queue<JsonElement> Early { get; } = [];

        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

        public bool Receiving { get; set; }
    }
}
