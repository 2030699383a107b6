using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Cli.Gate;
using Approvals.Cli.LedgerFiles;
using Approvals.Cli.Output;
using Approvals.Ledger;
using Approvals.Ledger.Tokens;
using Approvals.Ledger.Verification;

namespace Approvals.Cli.Demo;

/// <summary>Verifies what the gate said with nothing but its public keys, and tries what must not work. Each line is a check that can fail.</summary>
internal sealed class DemoVerification(DemoGate gate, Terminal terminal)
{
    private bool allHold = true;

    /// <summary>The record as it was verified; <see langword="null"/> until then.</summary>
    public RecordVerification? Record { get; private set; }

    public RecordEvidence? Evidence { get; private set; }

    /// <summary>Reads record and proof, and looks at them offline.</summary>
    public async Task<LedgerVerifier> ReadRecordAsync(string id, CancellationToken cancellationToken)
    {
        Evidence = RecordEvidence.Parse(await gate.Auditor.GetBytesAsync($"api/records/{id}", cancellationToken));
        JsonWebKeySet keys = LedgerTrust.Keys(await gate.Pipeline.GetBytesAsync(".well-known/jwks.json", cancellationToken));
        var verifier = new LedgerVerifier(keys, DemoGate.Name + "/ledger");
        Record = verifier.VerifyRecord(Evidence);
        return verifier;
    }

    /// <summary>Says of each part of the evidence whether it holds.</summary>
    public void CheckRecord(LedgerVerifier verifier)
    {
        RecordVerification result = Record!;
        RecordEvidence evidence = Evidence!;
        string[] codes = [.. result.Failures.Select(failure => failure.Code)];
        Line(result.Record is not null && !codes.Any(IsOfRecord), $"signature       ES256 over the DSSE envelope, key {Short(result.Record?.Envelope.Signatures[0].KeyId)}");
        Line(!codes.Contains("inclusion_proof_invalid") && result.Checkpoint is not null, $"inclusion proof index {evidence.Index}, {evidence.InclusionProof.Count} hash(es) from leaf to root");
        Line(result.Checkpoint is not null, $"checkpoint      signed, size {result.Checkpoint?.Size}, root {Short(result.Checkpoint?.Root.ToString())}");
        Failures(result.Failures);

        byte[] changed = evidence.Record.ToArray();
        changed[changed.Length / 2] ^= 1;
        Line(!verifier.VerifyRecord(evidence with { Record = changed }).IsVerified, "changed record  one bit flipped: does not verify");
    }

    /// <summary>The release verifies, can be redeemed once for exactly this action, and never again.</summary>
    public async Task CheckReleaseAsync(LedgerVerifier verifier, JsonElement request, JsonElement accepted, CancellationToken cancellationToken)
    {
        string id = accepted.GetProperty("id").GetString()!;
        JsonElement release = await gate.Pipeline.GetAsync($"api/actions/{id}/release", cancellationToken);
        string token = Executor.TokenOf(release);
        RecordEvidence evidence = RecordEvidence.Parse(System.Text.Encoding.UTF8.GetBytes(release.GetRawText()));
        RecordVerification verified = verifier.VerifyRelease(
            token, new JwtExpectations(DemoGate.Name, accepted.GetProperty("actor").GetProperty("subject").GetString()!), TimeProvider.System.GetUtcNow(), evidence);
        Line(verified.IsVerified, "release token   ES256, names this action, this record and this executor");
        Failures(verified.Failures);

        JsonObject binding = Executor.Binding(request, accepted);
        JsonObject other = binding.DeepClone().AsObject();
        other["target"] = "something else";
        Line(await IsRefusedAsync(() => Executor.RedeemAsync(gate.Pipeline, token, other, cancellationToken), "other_action"), "other action    the token does not release anything else");
        JsonElement redeemed = await Executor.RedeemAsync(gate.Pipeline, token, binding, cancellationToken);
        Line(redeemed.TryGetProperty("ledgerIndex", out JsonElement index), $"redeemed        once, for exactly what was approved; ledger index {index}");
        Line(await IsRefusedAsync(() => Executor.RedeemAsync(gate.Pipeline, token, binding, cancellationToken), "already_redeemed"), "second time     refused: every action is released once");
        JsonElement receipt = await Executor.ReportAsync(gate.Pipeline, id, "succeeded", null, cancellationToken);
        Line(receipt.TryGetProperty("ledgerIndex", out JsonElement reported), $"receipt         the pipeline reports success; ledger index {reported}");
    }

    /// <summary>What was not approved has no release.</summary>
    public async Task CheckNoReleaseAsync(string id, CancellationToken cancellationToken) =>
        Line(await IsRefusedAsync(() => gate.Pipeline.GetAsync($"api/actions/{id}/release", cancellationToken), "not_approved"), "no release      refused: the action was not approved");

    /// <summary>The whole ledger, entry by entry.</summary>
    public async Task CheckLedgerAsync(LedgerVerifier verifier, CancellationToken cancellationToken)
    {
        using var ledger = new ServedLedger(gate.Auditor);
        LogVerification log = await LogVerifier.VerifyAsync(
            verifier, await ledger.ReadCheckpointAsync(cancellationToken), ledger.ReadTileAsync, [Evidence!.Checkpoint], cancellationToken);
        Line(log.IsVerified, $"whole ledger    {log.Checkpoint?.Size} entries, every hash and signature; nothing before was rewritten");
        Failures(log.Failures);
    }

    /// <summary>Whether every check so far held.</summary>
    public bool AllHold => allHold;

    private void Line(bool holds, string what)
    {
        allHold &= holds;
        terminal.Line($"    {(holds ? terminal.Green("✓") : terminal.Red("✗"))} {what}");
    }

    private void Failures(IReadOnlyList<VerificationFailure> failures)
    {
        foreach (VerificationFailure failure in failures) Line(false, $"{failure.Message} [{failure.Code}]");
    }

    /// <summary>Whether the gate refuses, and for this reason: a gate that is down refuses nothing.</summary>
    private static async Task<bool> IsRefusedAsync(Func<Task> attempt, string code)
    {
        try
        {
            await attempt();
            return false;
        }
        catch (GateException refused)
        {
            return refused.Status is HttpStatusCode.Conflict or HttpStatusCode.Forbidden or HttpStatusCode.Gone or HttpStatusCode.UnprocessableEntity
                && refused.Code.EndsWith(code, StringComparison.Ordinal);
        }
    }

    private static bool IsOfRecord(string code) =>
        code != "inclusion_proof_invalid" && !code.StartsWith("checkpoint", StringComparison.Ordinal) && !code.StartsWith("note", StringComparison.Ordinal);

    private static string Short(string? text) => text is { Length: > 16 } ? text[..16] + "…" : text ?? "?";
}
