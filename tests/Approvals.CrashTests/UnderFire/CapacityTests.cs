using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Approvals.CrashTests.Child;
using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;
using Approvals.Embedded.Hosting;
using Approvals.Engine;
using Approvals.Workflow.Ports;

namespace Approvals.CrashTests.UnderFire;

/// <summary>Past its capacity a gate refuses, at once and with a time to come again, and stays responsive for what it accepted.</summary>
public sealed class CapacityTests
{
    private const int Capacity = 4;

    [Fact]
    public async Task Actions_past_capacity_are_refused_unwritten_then_votes_too_and_what_was_accepted_is_finished()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        var held = new HeldLedger();
        Database? store = null;
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path) with
        {
            Engine = new EngineOptions { MaxActiveInstances = Capacity },
            Compose = (services, database) =>
            {
                store = database;
                Trap.Wrap<ILedger>(services, held.Around);
                Trap.Wrap<INotifier>(services, inner => new SpokenNotifier(inner, link.AnnounceReview));
            },
        });
        link.Open(host.Url);
        Life[] asked = [.. Enumerable.Range(0, 2).Select(number => new Life(client, LifeKind.ApprovedByOne, $"asked-{number}"))];
        foreach (Life life in asked) await life.InReviewAsync();
        await host.Engine.IdleAsync();

        // The ledger hangs: each decision keeps its action active.
        held.Hold();
        Life[] accepted = [.. Enumerable.Range(0, Capacity).Select(number => new Life(client, LifeKind.DeniedByPolicy, $"accepted-{number}"))];
        Task[] running = [.. accepted.Select(life => life.RunAsync())];
        await Task.WhenAll(accepted.Select(life => life.Submitted));
        await held.Waiting(Capacity);
        long payloads = Payloads(store!);
        Answer refused = await client.TryPostAsync(Callers.Pipeline, "api/actions", new JsonObject { ["type"] = "test.allow", ["target"] = "late" }, "late");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "busy"), (refused.Status, refused.Code));
        Assert.Equal(payloads, Payloads(store!));

        // A vote still gets in, and takes what is left; the next one does not.
        Task first = asked[0].RunFromReviewAsync();
        await held.Waiting(Capacity + 1);
        Answer vote = await asked[1].TryVoteAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "busy"), (vote.Status, vote.Code));
        Assert.True((await client.GetAsync(Callers.Auditor, $"api/actions/{asked[1].Id}")).IsSuccess, "Reading goes on.");

        held.Release();
        await Task.WhenAll(running);
        await first;
        await asked[1].RunFromReviewAsync();
        await Promises.AssertKeptAsync(client, [.. accepted, .. asked], []);
    }

    [Fact]
    public async Task Bodies_in_flight_are_bounded_and_a_flood_of_them_is_told_to_come_again()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path));
        var link = new GateLink();
        link.Open(host.Url);
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        var slow = new List<TcpClient>();
        try
        {
            // Each promises the largest body and never sends it.
            for (int number = 0; number < 126; number++) slow.Add(await BeginAsync(host.Url, folder.Keys[Callers.Pipeline]));
            TcpClient first = slow[0];
            Answer answer = await UntilBusyAsync(client, host.Url, folder.Keys[Callers.Pipeline], slow);
            Assert.Equal("busy", answer.Code);
            Assert.True((await client.GetAsync(Callers.Auditor, "api/actions")).IsSuccess, "What has no body goes on.");
            Assert.True(first.Connected);
        }
        finally
        {
            foreach (TcpClient connection in slow) connection.Dispose();
        }

        await new Life(client, LifeKind.Allowed, "after").RunAsync();
    }

    /// <summary>Begins more until a whole request is refused: sockets are accepted in their own time.</summary>
    private static async Task<Answer> UntilBusyAsync(GateClient client, Uri gate, string key, List<TcpClient> slow)
    {
        var large = new JsonObject { ["type"] = "test.unknown", ["target"] = new string('x', 1_000), ["justification"] = "", ["context"] = new JsonObject { ["x"] = new string('x', 900_000) } };
        while (true)
        {
            Answer answer = await client.TryPostAsync(Callers.Pipeline, "api/actions", (JsonObject)large.DeepClone(), null);
            if (answer.Status == HttpStatusCode.ServiceUnavailable) return answer;
            slow.Add(await BeginAsync(gate, key));
            Assert.True(slow.Count < 400, "Bodies in flight are not bounded.");
        }
    }

    private static async Task<TcpClient> BeginAsync(Uri gate, string key)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(gate.Host, gate.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/actions HTTP/1.1\r\nHost: {gate.Authority}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n{{"));
        return connection;
    }

    private static long Payloads(Database database) => database.Read(db => db.QueryInt64("SELECT count(*) FROM payload"))!.Value;

    /// <summary>Appends wait while it is held.</summary>
    private sealed class HeldLedger
    {
        private readonly Lock gate = new();
        private readonly List<(int Count, TaskCompletionSource Done)> watchers = [];
        private TaskCompletionSource open = Opened();
        private int waiting;

        public ILedger Around(ILedger inner) => new Ledger(this, inner);

        public void Hold() => open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => open.TrySetResult();

        /// <summary>Completes when so many appends wait.</summary>
        public Task Waiting(int count)
        {
            lock (gate)
            {
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                watchers.Add((count, done));
                Tell();
                return done.Task;
            }
        }

        private Task EnterAsync()
        {
            lock (gate)
            {
                if (open.Task.IsCompleted) return Task.CompletedTask;
                waiting++;
                Tell();
                return open.Task;
            }
        }

        private void Tell()
        {
            foreach ((int count, TaskCompletionSource done) in watchers)
            {
                if (waiting >= count) done.TrySetResult();
            }
        }

        private static TaskCompletionSource Opened()
        {
            var opened = new TaskCompletionSource();
            opened.SetResult();
            return opened;
        }

        private sealed class Ledger(HeldLedger held, ILedger inner) : ILedger
        {
            public async Task<LedgerEntry> AppendAsync(string key, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
            {
                await held.EnterAsync();
                return await inner.AppendAsync(key, entry, cancellationToken);
            }

            public Task<LedgerEntry?> FindAsync(string key, CancellationToken cancellationToken) => inner.FindAsync(key, cancellationToken);

            public Task<LedgerProof> ProveAsync(long index, CancellationToken cancellationToken) => inner.ProveAsync(index, cancellationToken);

            public Task<string> ReadCheckpointAsync(CancellationToken cancellationToken) => inner.ReadCheckpointAsync(cancellationToken);

            public Task<byte[]?> ReadTileAsync(string path, CancellationToken cancellationToken) => inner.ReadTileAsync(path, cancellationToken);
        }
    }
}
