using System.Diagnostics;
using System.Text;
using Approvals.Bench.Machine;
using Approvals.Bench.Results;
using Approvals.Embedded.LedgerStore;
using Approvals.Embedded.Signing;
using Approvals.Engine;
using Approvals.Ledger.Verification;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Records;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Bench.Ledger;

/// <summary>The ledger alone: signing records, appending them under signed checkpoints, proving them, and verifying the whole log as an auditor does.</summary>
internal static class LedgerBench
{
    private const string Area = "ledger";
    private const string Origin = "bench.approvals.local/ledger";
    private const int Appenders = 64;
    private const int Proofs = 20_000;
    private const int AtLeast = 4_096;

    private static readonly Principal s_actor = new(PrincipalKind.Service, Principal.LocalIssuer, "nightly", "Nightly pipeline", []);
    private static readonly Principal s_owner = new(PrincipalKind.Human, Principal.LocalIssuer, "olivia", "Olivia Park", ["data-owners"]);

    public static async Task RunAsync(ResultSheet sheet, string folder, TimeSpan duration)
    {
        sheet.Say("ledger: sign, append, prove, verify");
        Directory.CreateDirectory(folder);
        using FileSigner signer = FileSigner.Open(Path.Combine(folder, "signing.pem"));
        using var database = new Database(Path.Combine(folder, "data"), NullLogger<Database>.Instance);
        var ledger = new SqliteLedger(database, signer, Origin, NullLogger<SqliteLedger>.Instance);
        database.Open();
        await ledger.StartAsync(CancellationToken.None);
        try
        {
            byte[][] records = await SignAsync(sheet, signer, duration);
            await AppendAsync(sheet, ledger, records);
            await ProveAsync(sheet, ledger, records.Length);
            await VerifyAsync(sheet, ledger, signer, records.Length);
        }
        finally
        {
            await ledger.DisposeAsync();
        }
    }

    private static async Task<byte[][]> SignAsync(ResultSheet sheet, FileSigner signer, TimeSpan duration)
    {
        var records = new List<byte[]>();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < duration || records.Count < AtLeast)
            records.Add(Encoding.UTF8.GetBytes(await DecisionRecord.SignAsync(Step(records.Count), null, signer, CancellationToken.None)));
        Add(sheet, "decision records signed, one core", records.Count / watch.Elapsed.TotalSeconds, MachineLimits.Signatures, 1);
        sheet.Add(new Figure(Area, "size of a record", records.Average(record => record.Length), "bytes"));
        return [.. records];
    }

    private static async Task AppendAsync(ResultSheet sheet, SqliteLedger ledger, byte[][] records)
    {
        int next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Appenders).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < records.Length; i = Interlocked.Increment(ref next))
                await ledger.AppendAsync(DecisionRecord.LedgerKey(Id(i)), records[i], CancellationToken.None);
        })));
        Add(sheet, $"appends under a signed checkpoint, {Appenders} at once", records.Length / watch.Elapsed.TotalSeconds, MachineLimits.GroupRows, 1);
    }

    private static async Task ProveAsync(ResultSheet sheet, SqliteLedger ledger, int size)
    {
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < Proofs; i++) await ledger.ProveAsync((long)i * 7919 % size, CancellationToken.None); // A prime: spread over the whole log.
        sheet.Add(new Figure(Area, $"inclusion proofs in a log of {size:N0}, one core", Proofs / watch.Elapsed.TotalSeconds, "/s"));
    }

    private static async Task VerifyAsync(ResultSheet sheet, SqliteLedger ledger, FileSigner signer, int size)
    {
        var verifier = new LedgerVerifier(await signer.KeysAsync(CancellationToken.None), Origin);
        string checkpoint = await ledger.ReadCheckpointAsync(CancellationToken.None);
        var watch = Stopwatch.StartNew();
        LogVerification result = await LogVerifier.VerifyAsync(verifier, checkpoint, async (tile, token) =>
            await ledger.ReadTileAsync(tile.Path, token) is { } bytes ? bytes : (ReadOnlyMemory<byte>?)null);
        if (!result.IsVerified) throw new InvalidOperationException($"The log does not verify: {result.Failures[0].Code}.");
        Add(sheet, "records verified, the whole log, all cores", size / watch.Elapsed.TotalSeconds, MachineLimits.Verifications, Environment.ProcessorCount);
    }

    private static void Add(ResultSheet sheet, string name, double value, string limit, int cores) => sheet.Add(new Figure(Area, name, value, "/s")
    {
        Limit = sheet.Find(MachineLimits.Area, limit) is { } most ? new Limit(most * cores, cores > 1 ? $"{limit}, times {cores}" : limit) : null,
    });

    private static string Id(int number) => $"01990000-0000-7000-8000-{number:D12}";

    private static SignStep Step(int number)
    {
        var at = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
        var request = new ActionRequest(
            Id(number), "deployment.create", new PrincipalChain(s_actor, null, [s_owner]), "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number))),
            at, at.AddHours(1), null, null);
        var redacted = new RedactionSummary("sha256:9030ec23bbe2063ad0db8b2f0a16ea6845a15b54815942ccfd8dcbecd75579e9", [new FindingCount("EMAIL", 2)]);
        var policy = new PolicyDecision(PolicyVerdict.Allow, "clean-delivery-outside-production", "A clean delivery to staging.", "sha256:b6d58fa4b5a7b3c41976f3ff9f91c3a128ff74d576ed1e51c06efebf183c09de", null);
        return new SignStep(request, redacted, policy, null, new Decision(Outcome.Approved, DecidedBy.Policy, policy.Reason, at));
    }
}
