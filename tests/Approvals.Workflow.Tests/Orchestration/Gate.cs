using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Durable;
using Approvals.Ledger.Records;
using Approvals.Policy;
using Approvals.Redaction;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Approvals.Workflow.Tests.Ports;

namespace Approvals.Workflow.Tests.Orchestration;

/// <summary>The whole workflow over ports in memory: one action, moved by hand.</summary>
internal sealed class Gate
{
    public const string Secret = "AKIAQYLPMN5HHHFPZAM2";
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    public static readonly Principal Requester = new(PrincipalKind.Service, Principal.LocalIssuer, "etl", "ETL pipeline", []);
    public static readonly Principal Ann = new(PrincipalKind.Human, Principal.LocalIssuer, "ann", "Ann", ["owners"]);
    public static readonly Principal Ben = new(PrincipalKind.Human, Principal.LocalIssuer, "ben", "Ben", ["owners"]);
    private readonly Dictionary<string, ActivityDefinition> activities;
    private Task<SealedDecision>? run;

    public Gate(PolicyVerdict verdict = PolicyVerdict.Review, TimeSpan? expiresIn = null)
    {
        ActionBinding binding = ActionBinding.Create(
            "data.export", Requester, null, JsonSerializer.SerializeToElement("s3://partner"), JsonSerializer.SerializeToElement(new { key = Secret }), ActionBinding.NewNonce());
        Context = new ScriptedContext(Start, RunActivityAsync);
        Request = new ActionRequest(
            Context.InstanceId, "data.export", new PrincipalChain(Requester, null, []), binding.Digest, Start, Start + (expiresIn ?? TimeSpan.FromHours(1)), null, null);
        Ports.Sealed[Request.Id] = ActionPayload.Write(binding, null, "monthly export");
        Ports.People.AddRange([Ann, Ben]);
        ReviewPlan plan = new([new ReviewStage("owners", ["owners"], 2, TimeSpan.FromMinutes(30)) { Reminders = [TimeSpan.FromMinutes(10)] }]);
        Policy = PolicyOf("sha256:policy", new PolicyDecision(verdict, "rule", "because", "sha256:policy", verdict == PolicyVerdict.Review ? plan : null));
        Activities = new ApprovalActivities(
            new OrderedIntake(Ports, null!, Ports), Ports, Ports, Ports, Ports, Ports, Ports, Ports, Redactor.Default,
            () => Policy, Ports, new ContextTime(this));
        activities = Activities.Definitions.ToDictionary(activity => activity.Name);
    }

    public MemoryPorts Ports { get; init; } = new();

    /// <summary>In force from the next activity on.</summary>
    public PolicyInForce Policy { get; set; }

    public ScriptedContext Context { get; }

    public ActionRequest Request { get; }

    public ApprovalActivities Activities { get; }

    public ActionDocument Document => Ports.Documents[Request.Id];

    /// <summary>Decision records in the ledger.</summary>
    public DecisionPredicate[] Records =>
        [.. Ports.Entries.Where(entry => entry.Key.StartsWith("decision:", StringComparison.Ordinal)).Select(entry => SignedRecord.Parse(entry.Entry).ReadPredicate(RecordJson.Decision))];

    public Task<SealedDecision> Begin() => run ??= ApprovalOrchestration.RunAsync(Context, Request);

    public async Task<SealedDecision> EndAsync()
    {
        await Context.RunAsync();
        Assert.True(run!.IsCompleted, "The orchestration still waits.");
        return await run;
    }

    /// <param name="round">That it is cast in; none is what votes said before rounds were told.</param>
    public void Vote(Principal voter, Verdict verdict = Verdict.Approve, int? round = null) => Context.Raise(
        ApprovalOrchestration.VoteEvent,
        new Vote($"vote:{voter.Id}", voter, Assurance.Link, verdict, "fine", Document.View!.Digest, Context.Now) { Round = round });

    public void Cancel() => Context.Raise(ApprovalOrchestration.CancelEvent, new Cancellation(Requester, "not needed", Context.Now));

    public static PolicyInForce PolicyOf(string digest, PolicyDecision decision, OpenReviews onChange = OpenReviews.Keep, PolicyExceptions? exceptions = null) =>
        new(digest, _ => decision with { PolicyDigest = digest }, onChange, exceptions ?? new PolicyExceptions(null, null, null));

    /// <summary>Brings a policy into force, and tells the action.</summary>
    public void Change(PolicyInForce policy, long number = 2)
    {
        Policy = policy;
        Context.Raise(ApprovalOrchestration.PolicyEvent, new PolicyChanged(number, policy.Digest));
    }

    private async Task<JsonElement> RunActivityAsync(string name, JsonElement input, int attempt) =>
        await activities[name].RunAsync(new ActivityContext(Request.Id, attempt), input, CancellationToken.None);

    private sealed class ContextTime(Gate gate) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => gate.Context.Now;
    }
}
