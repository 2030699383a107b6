using System.Collections.Concurrent;
using System.Text.Json;
using Approvals.Ledger.Json;
using Approvals.Policy;
using Approvals.Redaction;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Notifications.Tests.Fixtures;

/// <summary>Documents as the workflow makes them, in memory; and the people who are asked.</summary>
internal sealed class Documents : IActionIndex, IDirectory
{
    public const string ActionId = "0195f3a0-0000-7000-8000-000000000001";
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly Principal Etl = new(PrincipalKind.Service, Principal.LocalIssuer, "nightly-export", "Nightly export", []);
    public static readonly Principal Olivia = new(PrincipalKind.Human, Principal.LocalIssuer, "olivia", "Olivia Park", ["data-owners"]);
    public static readonly Principal Dana = new(PrincipalKind.Human, Principal.LocalIssuer, "dana", "Dana Reyes", ["data-owners", "security"]);
    public static readonly Principal Ben = new(PrincipalKind.Human, Principal.LocalIssuer, "ben", "Ben Ito", ["data-owners"]);

    private readonly ConcurrentDictionary<string, ActionDocument> stored = new();
    private readonly ConcurrentDictionary<(PrincipalId, string), IdempotencyReservation> reservations = new();

    public ActionDocument this[string id]
    {
        get => stored[id];
        set => stored[id] = value;
    }

    public static ReviewStage Owners { get; } = new("owners", ["data-owners"], 1, TimeSpan.FromHours(4));

    public static ActionDocument InReview(string? view = null, string id = ActionId, params ReviewStage[] stages)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(JsonDocument.Parse(view ?? """
            {"type":"data.export","target":"s3://partner-inbound/2026/","justification":"Monthly delivery, owner [EMAIL_1].","parameters":{"owner":"[EMAIL_1]","rows":120000}}
            """).RootElement);
        string digest = Sha256Digest.Of(CanonicalJson.Canonicalize(JsonDocument.Parse(content).RootElement, ActionPayload.MaxBytes));
        var chain = new PrincipalChain(Etl, null, [Olivia]);
        var plan = new ReviewPlan(stages.Length > 0 ? stages : [Owners]);
        return new ActionDocument
        {
            Id = id,
            Status = ActionStatus.InReview,
            Request = new ActionRequest(id, "data.export", chain, "sha256:" + new string('a', 64), Start, Start.AddDays(1), null, null),
            View = new RedactedView(JsonDocument.Parse(content).RootElement, digest, [new Finding("EMAIL", "email", "/parameters/owner", 0, 15, 1, "pseudonym")]),
            Policy = new PolicyDecision(PolicyVerdict.Review, "exports", "Exports of customer data need a data owner.", "sha256:" + new string('0', 64), plan) { RiskScore = 60 },
            Review = Review.Begin(plan, chain, digest, Start),
        };
    }

    public static ActionDocument Approved(ActionDocument document, DateTimeOffset at)
    {
        var vote = new Vote("vote:dana", Dana, Assurance.Chat, Verdict.Approve, "Checked.", document.View!.Digest, at);
        return document with
        {
            Status = ActionStatus.Approved,
            Decision = new Decision(Outcome.Approved, DecidedBy.People, "Approved by the reviewers that policy asked.", at),
            Review = document.Review!.Apply(vote, at),
            LedgerIndex = 7,
        };
    }

    public Task<ActionDocument?> GetAsync(string actionId, CancellationToken cancellationToken) => Task.FromResult(stored.GetValueOrDefault(actionId));

    public Task<IdempotencyReservation> ReserveAsync(IdempotencyReservation reservation, CancellationToken cancellationToken) =>
        Task.FromResult(reservations.GetOrAdd((reservation.Requester, reservation.KeyHash), reservation));

    public Task<ActionDocument> CreateAsync(ActionDocument document, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ActionDocument> UpdateAsync(string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ActionDocument?> WaitAsync(string actionId, Func<ActionDocument, bool> until, TimeSpan timeout, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ActionPage> ListAsync(ActionQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Principal?> FindAsync(PrincipalId id, CancellationToken cancellationToken) =>
        Task.FromResult<Principal?>(new[] { Olivia, Dana, Ben }.FirstOrDefault(person => person.Id == id));

    public Task<IReadOnlyList<Principal>> MembersAsync(IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Principal>>([.. new[] { Olivia, Dana, Ben }.Where(person => person.Groups.Intersect(groups).Any())]);

    public Task<IReadOnlyList<Principal>> OwnersAsync(PrincipalId id, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Principal>>([Olivia]);
}
