using Approvals.Durable;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Ports;

namespace Approvals.CrashTests.Child;

internal sealed class TrappedIntake(IIntake inner, Trap trap) : IIntake
{
    public Task<ActionDocument> AcceptAsync(ActionRequest request, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        trap.Enter(Operations.Accept);
        return inner.AcceptAsync(request, payload, cancellationToken);
    }

    public Task<ActionDocument> ReplacePayloadAsync(string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken)
    {
        trap.Enter(Operations.View);
        return inner.ReplacePayloadAsync(actionId, change, cancellationToken);
    }
}

internal sealed class TrappedVault(IPayloadVault inner, Trap trap) : IPayloadVault
{
    public Task SealAsync(string actionId, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        inner.SealAsync(actionId, payload, cancellationToken);

    public Task<byte[]?> OpenAsync(string actionId, CancellationToken cancellationToken) => inner.OpenAsync(actionId, cancellationToken);

    public Task ShredAsync(string actionId, CancellationToken cancellationToken)
    {
        trap.Enter(Operations.Shred);
        return inner.ShredAsync(actionId, cancellationToken);
    }
}

internal sealed class TrappedIndex(IActionIndex inner, Trap trap) : IActionIndex
{
    public Task<IdempotencyReservation> ReserveAsync(IdempotencyReservation reservation, CancellationToken cancellationToken)
    {
        trap.Enter(Operations.Reserve);
        return inner.ReserveAsync(reservation, cancellationToken);
    }

    public Task<ActionDocument> CreateAsync(ActionDocument document, CancellationToken cancellationToken) => inner.CreateAsync(document, cancellationToken);

    public Task<ActionDocument?> GetAsync(string actionId, CancellationToken cancellationToken) => inner.GetAsync(actionId, cancellationToken);

    public Task<ActionDocument> UpdateAsync(string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken) =>
        inner.UpdateAsync(
            actionId,
            before =>
            {
                ActionDocument after = change(before);
                if (!ReferenceEquals(before, after)) trap.Enter(NameOf(before, after));
                return after;
            },
            cancellationToken);

    public Task<ActionDocument?> WaitAsync(
        string actionId, Func<ActionDocument, bool> until, TimeSpan timeout, CancellationToken cancellationToken) =>
        inner.WaitAsync(actionId, until, timeout, cancellationToken);

    public Task<ActionPage> ListAsync(ActionQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

    private static string NameOf(ActionDocument before, ActionDocument after) => after switch
    {
        _ when !before.IsTerminal && after.IsTerminal => Operations.Release,
        _ when before.RedeemedAt is null && after.RedeemedAt is not null => Operations.Redeemed,
        _ when before.Receipt != after.Receipt => Operations.Reported,
        _ when before.FollowUp != after.FollowUp => Operations.FollowedUp,
        _ => Operations.Review,
    };
}

internal sealed class TrappedLedger(ILedger inner, Trap trap) : ILedger
{
    public Task<LedgerEntry> AppendAsync(string key, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        trap.Enter("ledger." + key[..key.IndexOf(':')]);
        return inner.AppendAsync(key, entry, cancellationToken);
    }

    public Task<LedgerEntry?> FindAsync(string key, CancellationToken cancellationToken) => inner.FindAsync(key, cancellationToken);

    public Task<LedgerProof> ProveAsync(long index, CancellationToken cancellationToken) => inner.ProveAsync(index, cancellationToken);

    public Task<string> ReadCheckpointAsync(CancellationToken cancellationToken) => inner.ReadCheckpointAsync(cancellationToken);

    public Task<byte[]?> ReadTileAsync(string path, CancellationToken cancellationToken) => inner.ReadTileAsync(path, cancellationToken);
}

internal sealed class TrappedDelegations(IDelegationStore inner, Trap trap) : IDelegationStore
{
    public Task<string?> AddAsync(Delegation delegation, Func<IReadOnlyList<Delegation>, string?> refusal, CancellationToken cancellationToken)
    {
        trap.Enter(Operations.Lend);
        return inner.AddAsync(delegation, refusal, cancellationToken);
    }

    public Task<IReadOnlyList<Delegation>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public Task<bool> EndAsync(string id, DateTimeOffset at, CancellationToken cancellationToken)
    {
        trap.Enter(Operations.Return);
        return inner.EndAsync(id, at, cancellationToken);
    }
}

internal sealed class TrappedClient(IDurableClient inner, Trap trap) : IDurableClient
{
    public bool IsBusy => inner.IsBusy;

    public Task<bool> StartAsync(string orchestration, string instanceId, object? input, CancellationToken cancellationToken = default) =>
        inner.StartAsync(orchestration, instanceId, input, cancellationToken);

    public Task<RaiseResult> RaiseEventAsync(
        string instanceId, string eventName, string eventId, object? payload, CancellationToken cancellationToken = default)
    {
        trap.Enter(eventName == ApprovalOrchestration.VoteEvent ? Operations.Vote : Operations.Cancel);
        return inner.RaiseEventAsync(instanceId, eventName, eventId, payload, cancellationToken);
    }

    public Task<InstanceState?> GetAsync(string instanceId, CancellationToken cancellationToken = default) => inner.GetAsync(instanceId, cancellationToken);

    public Task<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken = default) => inner.QueryAsync(query, cancellationToken);

    public Task<bool> TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken = default) =>
        inner.TerminateAsync(instanceId, reason, cancellationToken);

    public Task<bool> SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken = default) =>
        inner.SuspendAsync(instanceId, reason, cancellationToken);

    public Task<bool> ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken = default) =>
        inner.ResumeAsync(instanceId, reason, cancellationToken);

    public Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken = default) => inner.PurgeAsync(instanceId, cancellationToken);
}
