using System.Text.Json;
using ApprovalFunctions.Durable;
using Approvals.Durable;

namespace ApprovalFunctions.Tests.Durable;

public sealed class EventInboxTests
{
    private readonly EngineEvents engine = new();
    private readonly EventInbox inbox;

    public EventInboxTests() => inbox = new EventInbox(engine.ReceiveAsync);

    [Fact]
    public void Wait_event_comes_later_gets_it()
    {
        Task<string> waiting = inbox.WaitAsync<string>("vote", default);
        Assert.False(waiting.IsCompleted);

        engine.Raise("vote", "1", "first");

        Assert.Equal("first", Result(waiting));
    }

    [Fact]
    public void Wait_event_came_early_gets_it()
    {
        engine.Raise("vote", "1", "first");

        Assert.Equal("first", Result(inbox.WaitAsync<string>("vote", default)));
    }

    [Fact]
    public void Wait_same_event_id_twice_delivers_it_once()
    {
        Task<string> first = inbox.WaitAsync<string>("vote", default);
        engine.Raise("vote", "1", "first");
        engine.Raise("vote", "1", "again");
        Task<string> second = inbox.WaitAsync<string>("vote", default);
        engine.Raise("vote", "1", "and again");
        Assert.False(second.IsCompleted);

        engine.Raise("vote", "2", "other");

        Assert.Equal("first", Result(first));
        Assert.Equal("other", Result(second));
    }

    [Fact]
    public void Wait_several_waiters_are_served_in_their_order()
    {
        Task<string> first = inbox.WaitAsync<string>("vote", default);
        Task<string> second = inbox.WaitAsync<string>("vote", default);

        engine.Raise("vote", "1", "a");
        engine.Raise("vote", "2", "b");

        Assert.Equal("a", Result(first));
        Assert.Equal("b", Result(second));
    }

    [Fact]
    public void Wait_withdrawn_leaves_the_event_to_the_next_who_waits()
    {
        using var withdrawn = new CancellationTokenSource();
        Task<string> first = inbox.WaitAsync<string>("vote", withdrawn.Token);
        withdrawn.Cancel();

        engine.Raise("vote", "1", "kept");

        Assert.True(first.IsCanceled);
        Assert.Equal("kept", Result(inbox.WaitAsync<string>("vote", default)));
    }

    [Fact]
    public void Wait_withdrawn_between_two_waits_keeps_the_order_of_events()
    {
        using var withdrawn = new CancellationTokenSource();
        Task<string> first = inbox.WaitAsync<string>("vote", withdrawn.Token);
        withdrawn.Cancel();
        engine.Raise("vote", "1", "a");
        engine.Raise("vote", "2", "b");

        Assert.True(first.IsCanceled);
        Assert.Equal("a", Result(inbox.WaitAsync<string>("vote", default)));
        Assert.Equal("b", Result(inbox.WaitAsync<string>("vote", default)));
    }

    [Fact]
    public void Wait_names_do_not_meet()
    {
        Task<string> vote = inbox.WaitAsync<string>("vote", default);
        Task<string> cancel = inbox.WaitAsync<string>("cancel", default);

        engine.Raise("cancel", "1", "stop");

        Assert.Equal("stop", Result(cancel));
        Assert.False(vote.IsCompleted);
    }

    [Fact]
    public void Wait_event_that_cannot_be_read_fails_who_waits()
    {
        var broken = new EventInbox(_ => Task.FromException<EventEnvelope>(new JsonException()));

        Assert.True(broken.WaitAsync<string>("vote", default).IsFaulted);
    }

    [Fact]
    public void Wait_inside_the_continuation_of_a_wait_gets_the_next_event()
    {
        var seen = new List<string>();
        Task loop = Loop();
        foreach (int i in Enumerable.Range(0, 5)) engine.Raise("vote", $"{i}", $"{i}");

        Assert.True(loop.IsCompletedSuccessfully);
        Assert.Equal(["0", "1", "2", "3", "4"], seen);

        async Task Loop()
        {
            while (seen.Count < 5) seen.Add(await inbox.WaitAsync<string>("vote", default));
        }
    }

    private static string Result(Task<string> task)
    {
        Assert.True(task.IsCompletedSuccessfully, "it must be there in the same turn of the orchestration");
        return task.GetAwaiter().GetResult();
    }

    /// <summary>The engine's side: one waiter at a time, events kept until somebody waits, everything in the caller's turn.</summary>
    private sealed class EngineEvents
    {
        private readonly Dictionary<string, Queue<EventEnvelope>> kept = [];
        private readonly Dictionary<string, TaskCompletionSource<EventEnvelope>> waiters = [];

        public void Raise(string name, string id, string payload)
        {
            var envelope = new EventEnvelope(id, JsonSerializer.SerializeToElement(payload, DurableJson.Options));
            if (waiters.Remove(name, out TaskCompletionSource<EventEnvelope>? waiter)) waiter.SetResult(envelope);
            else Kept(name).Enqueue(envelope);
        }

        public Task<EventEnvelope> ReceiveAsync(string name)
        {
            if (Kept(name).TryDequeue(out EventEnvelope? early)) return Task.FromResult(early);
            return (waiters[name] = new TaskCompletionSource<EventEnvelope>()).Task;
        }

        private Queue<EventEnvelope> Kept(string name) => kept.TryGetValue(name, out Queue<EventEnvelope>? queue) ? queue : kept[name] = new Queue<EventEnvelope>();
    }
}
