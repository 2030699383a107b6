using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Releases;
using Approvals.Workflow.Tests.Orchestration;
using Approvals.Workflow.Tests.Ports;

namespace Approvals.Workflow.Tests.Releases;

/// <summary>A release desk behind one action that went through the whole orchestration.</summary>
internal sealed class Desk : TimeProvider
{
    public const string Issuer = "https://gate.example";

    private readonly Gate gate;
    private ReleaseDesk desk;

    private Desk(Gate gate)
    {
        (this.gate, Now) = (gate, gate.Context.Now);
        desk = new ReleaseDesk(gate.Ports, gate.Ports, gate.Ports, this, Issuer);
    }

    public DateTimeOffset Now { get; set; }

    public MemoryPorts Ports => gate.Ports;

    public string Id => gate.Request.Id;

    public string Digest => gate.Request.ActionDigest;

    public ActionDocument Document => gate.Document;

    /// <summary>Of the ledger's entries, in their order.</summary>
    public string[] Keys => [.. Ports.Entries.Select(entry => entry.Key)];

    public static async Task<Desk> AfterAsync(PolicyVerdict verdict)
    {
        var approvals = new Gate(verdict);
        _ = approvals.Begin();
        await approvals.EndAsync();
        return new Desk(approvals);
    }

    public Task<Release> IssueAsync() => IssueAsync(Document);

    public Task<Release> IssueAsync(ActionDocument document) => desk.IssueAsync(document, CancellationToken.None);

    public Task<Redemption> RedeemAsync(string token, string? key = null, string? digest = null, Principal? by = null) =>
        desk.RedeemAsync(token, digest ?? Digest, by ?? Gate.Requester, key, CancellationToken.None);

    public Task<ExecutionReceipt> ReportAsync(ExecutionOutcome outcome, string? resultDigest = null, Principal? by = null) =>
        desk.ReportAsync(Document, outcome, resultDigest, by ?? Gate.Requester, CancellationToken.None);

    /// <summary>The gate is restored from a backup, now.</summary>
    public void Restore() => desk = new ReleaseDesk(gate.Ports, gate.Ports, gate.Ports, this, Issuer, Now);

    /// <summary>The ledger does not find these entries any more.</summary>
    public void Lose(string keys) => Ports.Entries.RemoveAll(entry => entry.Key.StartsWith(keys, StringComparison.Ordinal));

    public void FailOnce(string write, Fault fault)
    {
        bool failed = false;
        Ports.FaultOf = name =>
        {
            if (failed || name != write) return Fault.None;
            failed = true;
            return fault;
        };
    }

    public override DateTimeOffset GetUtcNow() => Now;
}
