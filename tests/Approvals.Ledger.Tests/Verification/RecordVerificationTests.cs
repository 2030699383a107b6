using Approvals.Ledger.Json;
using Approvals.Ledger.Log;
using Approvals.Ledger.Records;
using Approvals.Ledger.Tokens;
using Approvals.Ledger.Verification;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Ledger.Tests.Verification;

public class RecordVerificationTests
{
    private static readonly JwtExpectations Expected = new("https://gate.example", "executor");

    private static IEnumerable<string> Codes(RecordVerification verification) => verification.Failures.Select(f => f.Code).Distinct();

    private static async Task<(SignedLog Log, RecordEvidence Evidence, string Token)> ApprovedAsync()
    {
        var log = new SignedLog();
        await log.AddAsync(SignedLog.Approval("other"));
        SignedRecord record = await log.AddAsync(SignedLog.Approval("mine"));
        await log.AddAsync(SignedLog.Approval("third"));
        return (log, await log.EvidenceAsync(1), await log.TokenAsync(record, 1));
    }

    [Fact]
    public async Task Release_that_is_whole_verifies_and_gives_the_decision()
    {
        (SignedLog log, RecordEvidence evidence, string token) = await ApprovedAsync();
        RecordVerification verification = log.Verifier.VerifyRelease(token, Expected, SignedLog.At, evidence);
        Assert.Empty(verification.Failures);
        Assert.True(verification.IsVerified);
        Assert.Equal("mine", verification.Decision!.ActionId);
        Assert.Equal(SignedLog.Bob, verification.Decision.Votes[0].Voter);
        Assert.Equal(3, verification.Checkpoint!.Size);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Evidence_read_from_a_response_verifies(bool recordAsObject)
    {
        (SignedLog log, RecordEvidence evidence, _) = await ApprovedAsync();
        Assert.Empty(log.Verifier.VerifyRecord(RecordEvidence.Parse(SignedLog.ToJson(evidence, recordAsObject))).Failures);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"record\":{},\"record\":{}}")]
    [InlineData("{\"record\":{},\"ledger\":{\"index\":1.5,\"checkpoint\":\"\",\"inclusionProof\":[]}}")]
    [InlineData("{\"record\":{},\"ledger\":{\"index\":1,\"checkpoint\":\"\",\"inclusionProof\":[\"AAAA\"]}}")]
    [InlineData("{\"record\":{},\"ledger\":{\"index\":1,\"checkpoint\":1,\"inclusionProof\":[]}}")]
    [InlineData("{\"record\":1,\"ledger\":{\"index\":1,\"checkpoint\":\"\",\"inclusionProof\":[]}}")]
    public void Evidence_of_another_shape_is_refused(string json) =>
        Assert.Equal("evidence_malformed", Assert.Throws<LedgerFormatException>(() => RecordEvidence.Parse(System.Text.Encoding.UTF8.GetBytes(json))).Code);

    [Fact]
    public async Task Any_bit_flipped_in_the_record_is_seen()
    {
        (SignedLog log, RecordEvidence evidence, _) = await ApprovedAsync();
        LedgerVerifier verifier = log.Verifier;
        Prop.ForAll(Arb.From(Gen.Choose(0, (evidence.Record.Length * 8) - 1)), bit =>
        {
            byte[] bytes = evidence.Record.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            RecordVerification verification = verifier.VerifyRecord(evidence with { Record = bytes });
            // Two independent witnesses: the tree, and (key ids aside, which are a hint) the signature or the shape.
            return !verification.IsVerified && Codes(verification).Contains("inclusion_proof_invalid");
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Any_bit_flipped_in_the_checkpoint_is_seen()
    {
        (SignedLog log, RecordEvidence evidence, _) = await ApprovedAsync();
        LedgerVerifier verifier = log.Verifier;
        Prop.ForAll(Arb.From(Gen.Choose(0, (evidence.Checkpoint.Length * 7) - 1)), bit =>
        {
            char[] text = evidence.Checkpoint.ToCharArray();
            text[bit / 7] ^= (char)(1 << (bit % 7));
            return !verifier.VerifyRecord(evidence with { Checkpoint = new string(text) }).IsVerified;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Evidence_under_another_gates_keys_or_origin_is_refused()
    {
        (SignedLog log, RecordEvidence evidence, string token) = await ApprovedAsync();
        var stranger = new TestKey();
        Assert.Equal(
            ["signature_key_unknown", "note_key_unknown", "jws_kid_unknown"],
            Codes(new LedgerVerifier(stranger.Set, SignedLog.Origin).VerifyRelease(token, Expected, SignedLog.At, evidence)));
        Assert.Equal(["note_key_unknown"], Codes(new LedgerVerifier(log.Key.Set, "other.example/log").VerifyRecord(evidence)));
    }

    [Fact]
    public async Task Checkpoint_of_another_log_signed_by_the_same_key_name_is_refused()
    {
        (SignedLog log, RecordEvidence evidence, _) = await ApprovedAsync();
        string text = new Checkpoint("other.example/log", log.Log.Edge.Size, log.Log.Edge.Root).ToText();
        string note = (await SignedNote.SignAsync(text, new NoteKey(SignedLog.Origin, log.Key.Public), log.Key.Sign)).ToString();
        Assert.Equal(["checkpoint_origin_mismatch"], Codes(log.Verifier.VerifyRecord(evidence with { Checkpoint = note })));
    }

    [Fact]
    public async Task Token_of_another_action_does_not_go_with_the_record()
    {
        (SignedLog log, RecordEvidence evidence, _) = await ApprovedAsync();
        string other = await log.TokenAsync(SignedRecord.Parse(log.Log.Entries[0]), 0);
        Assert.Equal(
            ["release_action_mismatch", "release_record_mismatch", "release_index_mismatch"],
            Codes(log.Verifier.VerifyRelease(other, Expected, SignedLog.At, evidence)));
    }

    [Fact]
    public async Task Token_for_another_audience_than_the_decision_is_refused()
    {
        (SignedLog log, RecordEvidence evidence, _) = await ApprovedAsync();
        string token = await log.TokenAsync(SignedRecord.Parse(evidence.Record), 1, audience: "elsewhere");
        Assert.Equal(["jwt_audience_mismatch"], Codes(log.Verifier.VerifyRelease(token, Expected, SignedLog.At, evidence)));
        Assert.Equal(["release_audience_mismatch"], Codes(log.Verifier.VerifyRelease(token, Expected with { Audience = "elsewhere" }, SignedLog.At, evidence)));
    }

    [Theory]
    [InlineData("denied", "people")]
    [InlineData("expired", "timeout")]
    [InlineData("canceled", "requester")]
    public async Task Record_that_is_no_approval_verifies_and_releases_nothing(string outcome, string by)
    {
        var log = new SignedLog();
        DecisionPredicate predicate = SignedLog.Approval("a") with { Decision = new RecordDecision(outcome, by, null, SignedLog.At) };
        SignedRecord record = await log.AddAsync(predicate);
        RecordEvidence evidence = await log.EvidenceAsync(0);
        Assert.Empty(log.Verifier.VerifyRecord(evidence).Failures);
        Assert.Equal(["release_not_approved"], Codes(log.Verifier.VerifyRelease(await log.TokenAsync(record, 0), Expected, SignedLog.At, evidence)));
    }

    public static TheoryData<string, string> UnfoundedApprovals() => new()
    {
        { "no votes", "approval_unfounded" }, { "only denials", "approval_unfounded" }, { "policy said review", "approval_unfounded" },
        { "by timeout", "approval_unfounded" }, { "voter is owner", "vote_in_principal_chain" }, { "voter is a service", "vote_not_human" },
        { "other view", "vote_view_mismatch" }, { "same person twice", "vote_duplicate" }, { "other digest", "record_inconsistent" }, { "unknown outcome", "decision_unknown" },
    };

    [Theory]
    [MemberData(nameof(UnfoundedApprovals))]
    public async Task Approval_that_the_rules_forbid_is_refused_although_signed(string what, string code)
    {
        DecisionPredicate good = SignedLog.Approval("a");
        RecordVote vote = good.Votes[0];
        DecisionPredicate bad = what switch
        {
            "no votes" => good with { Votes = [] },
            "only denials" => good with { Votes = [vote with { Verdict = "deny" }] },
            "policy said review" => good with { Decision = good.Decision with { By = "policy" } },
            "by timeout" => good with { Decision = good.Decision with { By = "timeout" } },
            "voter is owner" => good with { Votes = [vote with { Voter = SignedLog.Alice with { DisplayName = "Not Alice" } }] },
            "voter is a service" => good with { Votes = [vote with { Voter = vote.Voter with { Kind = "service" } }] },
            "other view" => good with { Votes = [vote with { ViewDigest = Sha256Digest.Of("other"u8) }] },
            "same person twice" => good with { Votes = [vote, vote] },
            "other digest" => good with { Action = good.Action with { Digest = Sha256Digest.Of("other"u8) } },
            "unknown outcome" => good with { Decision = good.Decision with { Outcome = "allowed" } },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        var log = new SignedLog();
        log.Add(await log.SignAsync("a", PredicateTypes.Decision, bad, RecordJson.Decision));
        Assert.Contains(code, Codes(log.Verifier.VerifyRecord(await log.EvidenceAsync(0))));
    }

    [Fact]
    public async Task Record_of_an_unknown_kind_is_refused()
    {
        var log = new SignedLog();
        log.Add(await log.SignAsync("a", "https://approvals.dev/decision/v2", SignedLog.Approval("a"), RecordJson.Decision));
        Assert.Equal(["predicate_type_unknown"], Codes(log.Verifier.VerifyRecord(await log.EvidenceAsync(0))));
    }

    [Fact]
    public async Task Record_that_would_not_fit_an_entry_is_not_signed()
    {
        var log = new SignedLog();
        DecisionPredicate large = SignedLog.Approval("a") with { Decision = new RecordDecision("approved", "people", new string('x', 50_000), SignedLog.At) };
        var e = await Assert.ThrowsAsync<LedgerFormatException>(async () => await log.AddAsync(large));
        Assert.Equal("record_too_large", e.Code);
    }
}
