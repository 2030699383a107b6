using System.Collections.Concurrent;
using System.Security.Cryptography;
using Approvals.Ledger.Tokens;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Tests.Hosting;

/// <summary>The ports in memory, as their docstrings have them.</summary>
internal sealed class MemoryPorts(TimeProvider time) : IPayloadVault, IActionIndex, ILedger, ISigner, IDirectory, ICredentialStore, INotifier, IReleasePublisher, IDelegationStore
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock gate = new();
    private readonly Dictionary<string, ActionDocument> documents = [];
    private readonly Dictionary<(PrincipalId, string), IdempotencyReservation> reservations = [];
    private readonly List<(string Key, byte[] Entry)> entries = [];
    private readonly List<Credential> credentials = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentDictionary<string, byte[]?> Sealed { get; } = new();

    public List<Principal> People { get; } = [];

    public List<Delegation> Delegations { get; } = [];

    public ConcurrentQueue<(NoticeKind Kind, ActionDocument Document, IReadOnlyList<Principal> Recipients)> Notices { get; } = new();

    /// <summary>When set, every read of the index throws it.</summary>
    public Exception? IndexFailure { get; set; }

    /// <summary>Every document, in no order.</summary>
    public IReadOnlyList<ActionDocument> Documents
    {
        get
        {
            lock (gate) return [.. documents.Values];
        }
    }

    /// <summary>Puts a document there as it is.</summary>
    public void Put(ActionDocument document)
    {
        lock (gate) documents[document.Id] = document;
        Change();
    }

    public Task<string?> AddAsync(Delegation delegation, Func<IReadOnlyList<Delegation>, string?> refusal, CancellationToken cancellationToken)
    {
        if (refusal(Delegations) is { } refused) return Task.FromResult<string?>(refused);
        Delegations.Add(delegation);
        return Task.FromResult<string?>(null);
    }

    Task<IReadOnlyList<Delegation>> IDelegationStore.ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Delegation>>([.. Delegations]);

    public Task<bool> EndAsync(string id, DateTimeOffset at, CancellationToken cancellationToken)
    {
        int known = Delegations.FindIndex(one => one.Id == id && one.Until > at);
        if (known >= 0) Delegations[known] = Delegations[known] with { Until = at };
        return Task.FromResult(known >= 0);
    }

    public Task SealAsync(string actionId, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        Sealed.AddOrUpdate(actionId, payload.ToArray(), (_, known) => known is null ? null : payload.ToArray());
        return Task.CompletedTask;
    }

    public Task<byte[]?> OpenAsync(string actionId, CancellationToken cancellationToken) => Task.FromResult(Sealed.GetValueOrDefault(actionId)?.ToArray());

    public Task ShredAsync(string actionId, CancellationToken cancellationToken)
    {
        Sealed[actionId] = null;
        return Task.CompletedTask;
    }

    public Task<IdempotencyReservation> ReserveAsync(IdempotencyReservation reservation, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            reservations.TryAdd((reservation.Requester, reservation.KeyHash), reservation);
            return Task.FromResult(reservations[(reservation.Requester, reservation.KeyHash)]);
        }
    }

    public Task<ActionDocument> CreateAsync(ActionDocument document, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            documents.TryAdd(document.Id, document);
            Change();
            return Task.FromResult(documents[document.Id]);
        }
    }

    public Task<ActionDocument?> GetAsync(string actionId, CancellationToken cancellationToken)
    {
        if (IndexFailure is not null) throw IndexFailure;
        lock (gate) return Task.FromResult(documents.GetValueOrDefault(actionId));
    }

    public Task<ActionDocument> UpdateAsync(string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ActionDocument document = documents[actionId] = change(documents[actionId]);
            Change();
            return Task.FromResult(document);
        }
    }

    public async Task<ActionDocument?> WaitAsync(string actionId, Func<ActionDocument, bool> until, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        while (true)
        {
            Task change;
            ActionDocument? document;
            lock (gate)
            {
                change = changed.Task;
                document = documents.GetValueOrDefault(actionId);
            }

            if (document is null || until(document) || over.IsCancellationRequested) return document;
            await change.WaitAsync(either.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public Task<ActionPage> ListAsync(ActionQuery query, CancellationToken cancellationToken)
    {
        if (query.Cursor is not null && !query.Cursor.StartsWith("after:", StringComparison.Ordinal)) throw new ArgumentException("Not a cursor of this index.", nameof(query));
        lock (gate)
        {
            ActionDocument[] found =
            [
                .. documents.Values
                    .Where(document => query.Status is null || document.Status == query.Status)
                    .Where(document => query.Type is null || document.Request.Type == query.Type)
                    .Where(document => query.Actor is null || document.Request.Chain.Actor.Id == query.Actor)
                    .Where(document => query.ReviewGroups is not { } groups || document.Policy?.Plan?.Stages.Any(stage => stage.Groups.Intersect(groups).Any()) == true)
                    .Where(document => !query.OwesFollowUp || document.FollowUp is { IsDebt: true })
                    .Where(document => query.Cursor is null || string.CompareOrdinal(document.Id, query.Cursor["after:".Length..]) < 0)
                    .OrderByDescending(document => document.Id, StringComparer.Ordinal)
                    .Take(query.Limit + 1),
            ];
            return Task.FromResult(new ActionPage([.. found.Take(query.Limit)], found.Length > query.Limit ? "after:" + found[query.Limit - 1].Id : null));
        }
    }

    public Task<LedgerEntry> AppendAsync(string key, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            int at = entries.FindIndex(stored => stored.Key == key);
            if (at < 0)
            {
                at = entries.Count;
                entries.Add((key, entry.ToArray()));
            }

            return Task.FromResult(new LedgerEntry(at, entries[at].Entry));
        }
    }

    public Task<LedgerProof> ProveAsync(long index, CancellationToken cancellationToken) =>
        Task.FromResult(new LedgerProof(index, "approvals.test\n1\nAAAA\n", [new byte[32]]));

    public Task<string> ReadCheckpointAsync(CancellationToken cancellationToken) => Task.FromResult("approvals.test\n1\nAAAA\n");

    public Task<byte[]?> ReadTileAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult<byte[]?>(path is "tile/0/000.p/1" or "tile/entries/000.p/1" ? [1, 2, 3] : null);

    public ValueTask<JsonWebKey> CurrentKeyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(JsonWebKey.FromECDsa(key));

    public ValueTask<byte[]> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) =>
        ValueTask.FromResult(key.SignHash(digest.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public ValueTask<JsonWebKeySet> KeysAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new JsonWebKeySet([JsonWebKey.FromECDsa(key)]));

    public Task<Principal?> FindAsync(PrincipalId id, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(People.Find(person => person.Id == id)
                ?? credentials.Find(credential => credential.Principal.Id == id && credential.RevokedAt is null)?.Principal);
        }
    }

    public Task<IReadOnlyList<Principal>> MembersAsync(IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Principal>>([.. People.Where(person => person.Groups.Intersect(groups).Any())]);

    public Task<IReadOnlyList<Principal>> OwnersAsync(PrincipalId id, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<Principal>>(
                [.. credentials.Where(credential => credential.Principal.Id == id).SelectMany(credential => credential.Owners).Distinct().Select(owner => People.First(person => person.Id == owner))]);
        }
    }

    public Task<Credential?> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        lock (gate) return Task.FromResult(credentials.Find(credential => credential.KeyId == keyId));
    }

    Task<LedgerEntry?> ILedger.FindAsync(string key, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            int at = entries.FindIndex(stored => stored.Key == key);
            return Task.FromResult(at < 0 ? null : new LedgerEntry(at, entries[at].Entry));
        }
    }

    public Task AddAsync(Credential credential, CancellationToken cancellationToken)
    {
        lock (gate) credentials.Add(credential);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Credential>> ListAsync(CancellationToken cancellationToken)
    {
        lock (gate) return Task.FromResult<IReadOnlyList<Credential>>([.. credentials]);
    }

    public Task<bool> RevokeAsync(string keyId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            int index = credentials.FindIndex(credential => credential.KeyId == keyId);
            if (index < 0) return Task.FromResult(false);
            credentials[index] = credentials[index] with { RevokedAt = at };
            return Task.FromResult(true);
        }
    }

    public Task NotifyAsync(string noticeId, NoticeKind kind, ActionDocument document, IReadOnlyList<Principal> recipients, CancellationToken cancellationToken)
    {
        Notices.Enqueue((kind, document, recipients));
        return Task.CompletedTask;
    }

    public Task PublishAsync(ActionDocument document, CancellationToken cancellationToken) => Task.CompletedTask;

    private void Change() =>
        Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
