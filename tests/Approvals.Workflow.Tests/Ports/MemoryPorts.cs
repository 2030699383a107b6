using System.Collections.Concurrent;
using System.Security.Cryptography;
using Approvals.Ledger.Tokens;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Tests.Ports;

/// <summary>How a write of a port fails, once per entry of the queue.</summary>
internal enum Fault
{
    None,
    FailedAndNotStored,
    FailedButStored,
}

/// <summary>Ports in memory with failpoints on every write. They honour the ports' docstrings, so the workflow may rely on nothing else.</summary>
internal sealed class MemoryPorts : IPayloadVault, IActionIndex, ILedger, ISigner, IDirectory, INotifier, IReleasePublisher, IDelegationStore
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ConcurrentDictionary<string, byte[]?> Sealed { get; } = new();

    public Dictionary<string, ActionDocument> Documents { get; } = [];

    public List<(string Key, byte[] Entry)> Entries { get; } = [];

    public List<(string NoticeId, NoticeKind Kind, string[] Recipients)> Notices { get; } = [];

    public List<ActionDocument> Published { get; } = [];

    public List<Principal> People { get; } = [];

    public List<Delegation> Delegations { get; } = [];

    /// <summary>Asked before each write with its name, e.g. <c>ledger.append</c>; default: nothing fails.</summary>
    public Func<string, Fault> FaultOf { get; set; } = _ => Fault.None;

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

    public Task SealAsync(string actionId, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        Write("vault.seal", () => Sealed.TryAdd(actionId, payload.ToArray()));

    public Task<byte[]?> OpenAsync(string actionId, CancellationToken cancellationToken) =>
        Task.FromResult(Sealed.GetValueOrDefault(actionId)?.ToArray());

    public Task ShredAsync(string actionId, CancellationToken cancellationToken) => Write("vault.shred", () => Sealed[actionId] = null);

    public Task<IdempotencyReservation> ReserveAsync(IdempotencyReservation reservation, CancellationToken cancellationToken) =>
        Task.FromResult(reservation);

    public async Task<ActionDocument> CreateAsync(ActionDocument document, CancellationToken cancellationToken)
    {
        await Write("index.create", () => Documents.TryAdd(document.Id, document));
        return Documents[document.Id];
    }

    public Task<ActionDocument?> GetAsync(string actionId, CancellationToken cancellationToken) =>
        Task.FromResult(Documents.GetValueOrDefault(actionId));

    public async Task<ActionDocument> UpdateAsync(string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken)
    {
        await Write("index.update", () => Documents[actionId] = change(Documents[actionId]));
        return Documents[actionId];
    }

    public Task<ActionDocument?> WaitAsync(string actionId, Func<ActionDocument, bool> until, TimeSpan timeout, CancellationToken cancellationToken) =>
        GetAsync(actionId, cancellationToken);

    public Task<ActionPage> ListAsync(ActionQuery query, CancellationToken cancellationToken) =>
        Task.FromResult(new ActionPage(
            [.. Documents.Values.Where(action => (query.Status is not { } status || action.Status == status) && (query.Type is not { } type || action.Request.Type == type))], null));

    public async Task<LedgerEntry> AppendAsync(string key, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        await Write("ledger.append", () =>
        {
            if (!Entries.Exists(stored => stored.Key == key)) Entries.Add((key, entry.ToArray()));
        });
        return (await FindAsync(key, cancellationToken))!;
    }

    public Task<LedgerEntry?> FindAsync(string key, CancellationToken cancellationToken)
    {
        int at = Entries.FindIndex(stored => stored.Key == key);
        return Task.FromResult(at < 0 ? null : new LedgerEntry(at, Entries[at].Entry));
    }

    public Task<LedgerProof> ProveAsync(long index, CancellationToken cancellationToken) => Task.FromResult(new LedgerProof(index, "checkpoint", []));

    public Task<string> ReadCheckpointAsync(CancellationToken cancellationToken) => Task.FromResult("checkpoint");

    public Task<byte[]?> ReadTileAsync(string path, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

    public ValueTask<JsonWebKey> CurrentKeyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(JsonWebKey.FromECDsa(key));

    public async ValueTask<byte[]> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        await Write("signer.sign", () => { });
        return key.SignHash(digest.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public ValueTask<JsonWebKeySet> KeysAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new JsonWebKeySet([JsonWebKey.FromECDsa(key)]));

    public Task<Principal?> FindAsync(PrincipalId id, CancellationToken cancellationToken) => Task.FromResult(People.Find(person => person.Id == id));

    public Task<IReadOnlyList<Principal>> MembersAsync(IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Principal>>([.. People.Where(person => person.Groups.Intersect(groups).Any())]);

    public Task<IReadOnlyList<Principal>> OwnersAsync(PrincipalId id, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Principal>>([]);

    public Task NotifyAsync(string noticeId, NoticeKind kind, ActionDocument document, IReadOnlyList<Principal> recipients, CancellationToken cancellationToken) =>
        Write("notifier.notify", () => Notices.Add((noticeId, kind, [.. recipients.Select(person => person.Subject)])));

    public Task PublishAsync(ActionDocument document, CancellationToken cancellationToken) => Write("publisher.publish", () => Published.Add(document));

    private Task Write(string name, Action store)
    {
        Fault fault = FaultOf(name);
        if (fault != Fault.FailedAndNotStored) store();
        return fault == Fault.None ? Task.CompletedTask : Task.FromException(new IOException(name));
    }
}
