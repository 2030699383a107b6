using System.Text.Json;
using Approvals.Ledger.Json;
using Approvals.Ledger.Log;
using Approvals.Ledger.Records;
using Approvals.Ledger.Tests.Log;
using Approvals.Ledger.Tokens;
using Approvals.Ledger.Verification;

namespace Approvals.Ledger.Tests.Verification;

/// <summary>A log of signed records with its checkpoint, as a host would have it.</summary>
internal sealed class SignedLog
{
    public const string Origin = "gate.example/ledger";

    public static DateTimeOffset At { get; } = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    public static RecordPrincipal Alice { get; } = new("human", "https://idp.example", "alice", "Alice");

    public static RecordPrincipal Pipeline { get; } = new("service", "https://ci.example", "repo:shop/export", "Export pipeline");

    public static RecordPrincipal Bob { get; } = new("human", "https://idp.example", "bob", "Bob");

    public static string ViewDigest { get; } = Sha256Digest.Of("view"u8);

    public TestKey Key { get; } = new();

    public MemoryLog Log { get; } = new();

    public LedgerVerifier Verifier => new(Key.Set, Origin);

    public static string DigestOf(string actionId) => Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(actionId));

    public static DecisionPredicate Approval(string actionId) => new()
    {
        ActionId = actionId,
        Actor = Pipeline,
        Owners = [Alice],
        Action = new RecordAction(DigestOf(actionId), "data.export", "s3://partner", ViewDigest),
        Findings = [new RecordFinding("email", 3)],
        Policy = new RecordPolicy(Sha256Digest.Of("policy"u8), "exports", "review"),
        Votes = [new RecordVote(Bob, "approve", "idp", 0, ViewDigest, "Ticket 12 asks for it.", At)],
        Decision = new RecordDecision("approved", "people", "Quorum reached.", At),
        RequestedAt = At.AddMinutes(-5),
        Audience = "executor",
        ExpiresAt = At.AddHours(1),
    };

    public static RedemptionPredicate Redemption(string actionId, long decisionIndex) => new()
    {
        ActionId = actionId, TokenId = actionId, DecisionIndex = decisionIndex, Audience = "executor", RedeemedBy = Pipeline, RedeemedAt = At.AddMinutes(1),
    };

    public static ReceiptPredicate Receipt(string actionId, string outcome) => new()
    {
        ActionId = actionId, Executor = Pipeline, Outcome = outcome, ReportedAt = At.AddMinutes(2),
    };

    public async Task<SignedRecord> SignAsync<T>(string actionId, string predicateType, T predicate, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> typeInfo) =>
        await SignedRecord.SignAsync(actionId, DigestOf(actionId), predicateType, predicate, typeInfo, Key.Public.KeyId, Key.Sign);

    public async Task<SignedRecord> AddAsync(DecisionPredicate predicate) =>
        Add(await SignedRecord.SignDecisionAsync(predicate, Key.Public.KeyId, Key.Sign));

    public async Task<SignedRecord> AddAsync(RedemptionPredicate predicate) =>
        Add(await SignAsync(predicate.ActionId, PredicateTypes.Redemption, predicate, RecordJson.Redemption));

    public async Task<SignedRecord> AddAsync(ReceiptPredicate predicate) =>
        Add(await SignAsync(predicate.ActionId, PredicateTypes.Receipt, predicate, RecordJson.Receipt));

    public SignedRecord Add(SignedRecord record)
    {
        Log.Append([record.Bytes]);
        return record;
    }

    public async Task<string> CheckpointAsync() => await new Checkpoint(Origin, Log.Edge.Size, Log.Edge.Root).SignAsync(new NoteKey(Origin, Key.Public), Key.Sign);

    public async Task<RecordEvidence> EvidenceAsync(long index) => new(
        Log.Entries[(int)index], index, await CheckpointAsync(), await LogProofs.InclusionAsync(index, Log.Edge.Size, Log.ReadAsync));

    public async Task<string> TokenAsync(SignedRecord record, long index, string audience = "executor") => await ReleaseToken.SignAsync(
        new ReleaseTokenClaims
        {
            Issuer = "https://gate.example", Audience = audience, Subject = Pipeline.Subject, ActionId = record.Statement.ActionId,
            ActionDigest = record.Statement.ActionDigest, LedgerIndex = index, RecordDigest = record.Digest, JwtId = record.Statement.ActionId,
            IssuedAt = At.ToUnixTimeSeconds(), NotBefore = At.ToUnixTimeSeconds(), ExpiresAt = At.AddHours(1).ToUnixTimeSeconds(),
        },
        Key.Public.KeyId, Key.Sign);

    /// <summary>The body of a release as the gate serves it.</summary>
    public static byte[] ToJson(RecordEvidence evidence, bool recordAsObject) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        record = recordAsObject ? (object)JsonDocument.Parse(evidence.Record).RootElement : System.Text.Encoding.UTF8.GetString(evidence.Record.Span),
        ledger = new { index = evidence.Index, checkpoint = evidence.Checkpoint, inclusionProof = evidence.InclusionProof.Select(h => h.ToString()) },
    });
}
