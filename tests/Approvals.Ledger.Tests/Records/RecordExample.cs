using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Approvals.Ledger.Json;
using Approvals.Ledger.Log;
using Approvals.Ledger.Records;
using Approvals.Ledger.Tests.Log;
using Approvals.Ledger.Tokens;
using Approvals.Ledger.Verification;

namespace Approvals.Ledger.Tests.Records;

/// <summary>
/// The worked example of docs/record.md: a log of three entries, of which the second is the example. Everything in it follows from this file and the
/// signatures in example-signatures.txt: ECDSA signs with chance, so those are kept. APPROVALS_WRITE_DOCS=1 makes missing ones and writes the example anew.
/// </summary>
internal sealed class RecordExample
{
    public const string Origin = "gate.example/ledger";
    public const string Issuer = "https://gate.example";
    public const string Audience = "warehouse-runner";
    private const string ActionId = "019bc0f4-6d80-7c3a-9f2e-5b1d8a7e4c21";
    private const string OtherActionId = "019bc0f1-2a40-7b11-8d05-93c6e2f7a0d4";

    private static readonly DateTimeOffset Requested = new(2026, 1, 15, 9, 12, 30, 0, TimeSpan.Zero);
    private static readonly JsonSerializerOptions ForPeople = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ECDsa _key;
    private readonly List<string> _known;
    private readonly List<string> _used = [];

    private RecordExample()
    {
        // The key of RFC 7515 appendix A.3, whose private half everybody knows.
        _key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            D = Bytes("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"),
            Q = new ECPoint { X = Bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"), Y = Bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0") },
        });
        Keys = new JsonWebKeySet([JsonWebKey.FromECDsa(_key)]);
        _known = File.Exists(SignaturesFile) ? [.. File.ReadAllLines(SignaturesFile)] : [];

        static byte[] Bytes(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
    }

    public static bool Writes => Environment.GetEnvironmentVariable("APPROVALS_WRITE_DOCS") == "1";

    private static string SignaturesFile => Path.Combine(Path.GetDirectoryName(Here())!, "example-signatures.txt");

    public JsonWebKeySet Keys { get; }

    public NoteKey NoteKey => new(Origin, Keys.Keys[0]);

    public required SignedRecord Record { get; init; }

    public required RecordEvidence Evidence { get; init; }

    public required string Token { get; init; }

    public required MemoryLog Log { get; init; }

    public static async Task<RecordExample> MakeAsync()
    {
        var maker = new RecordExample { Record = null!, Evidence = null!, Token = null!, Log = new MemoryLog() };
        string keyId = maker.Keys.Keys[0].KeyId;
        SignedRecord other = await SignedRecord.SignDecisionAsync(AllowedByPolicy, keyId, maker.Sign);
        SignedRecord record = await SignedRecord.SignDecisionAsync(Approved, keyId, maker.Sign);
        SignedRecord redeemed = await SignedRecord.SignAsync(
            ActionId, record.Statement.ActionDigest, PredicateTypes.Redemption,
            new RedemptionPredicate { ActionId = ActionId, TokenId = ActionId, DecisionIndex = 1, Audience = Audience, RedeemedBy = Pipeline, RedeemedAt = Requested.AddMinutes(19) },
            RecordJson.Redemption, keyId, maker.Sign);
        foreach (SignedRecord entry in (SignedRecord[])[other, record, redeemed]) maker.Log.Append([entry.Bytes]);

        string checkpoint = await new Checkpoint(Origin, maker.Log.Edge.Size, maker.Log.Edge.Root).SignAsync(maker.NoteKey, maker.Sign);
        string token = await ReleaseToken.SignAsync(
            new ReleaseTokenClaims
            {
                Issuer = Issuer, Audience = Audience, Subject = Pipeline.Subject, JwtId = ActionId, ActionId = ActionId, ActionDigest = record.Statement.ActionDigest,
                LedgerIndex = 1, RecordDigest = record.Digest, IssuedAt = Requested.AddMinutes(18).ToUnixTimeSeconds(),
                NotBefore = Requested.AddMinutes(18).ToUnixTimeSeconds(), ExpiresAt = Approved.ExpiresAt!.Value.ToUnixTimeSeconds(),
            },
            keyId, maker.Sign);
        if (Writes) await File.WriteAllLinesAsync(SignaturesFile, maker._used);
        return new RecordExample
        {
            Record = record, Token = token, Log = maker.Log,
            Evidence = new RecordEvidence(record.Bytes, 1, checkpoint, await LogProofs.InclusionAsync(1, maker.Log.Edge.Size, maker.Log.ReadAsync)),
        };
    }

    private static RecordPrincipal Pipeline { get; } = new("service", "https://token.actions.example", "repo:shop/warehouse:ref:refs/heads/main", "warehouse export pipeline");

    private static RecordPrincipal Priya { get; } = new("human", "https://idp.example", "00u1priya", "Priya Nair");

    private static string Digest(string of) => Sha256Digest.Of(Encoding.UTF8.GetBytes(of));

    private static DecisionPredicate Approved { get; } = new()
    {
        ActionId = ActionId,
        Actor = Pipeline,
        OnBehalfOf = Priya,
        Owners = [new RecordPrincipal("human", "https://idp.example", "00u7tomas", "Tomás Vega")],
        Action = new RecordAction(Digest("example binding"), "warehouse.export", "s3://partner-acme/inbound/customers.parquet", Digest("example view")),
        Findings = [new RecordFinding("api_key", 1), new RecordFinding("email", 214)],
        Policy = new RecordPolicy(Digest("example policy"), "customer-data-leaves-the-house", "review", "Customer data goes to a partner."),
        Votes =
        [
            new RecordVote(
                new RecordPrincipal("human", "https://idp.example", "00u3lena", "Lena Brandt"), "approve", "idp+mfa", 0, Digest("example view"),
                "Contract 4711 covers these columns.", Requested.AddMinutes(17)),
        ],
        Decision = new RecordDecision("approved", "people", "Quorum of 1 reached.", Requested.AddMinutes(17)),
        RequestedAt = Requested,
        Audience = Audience,
        ExpiresAt = Requested.AddHours(1),
    };

    private static DecisionPredicate AllowedByPolicy { get; } = Approved with
    {
        ActionId = OtherActionId,
        OnBehalfOf = null,
        Action = new RecordAction(Digest("other binding"), "warehouse.vacuum", "warehouse-dev", Digest("other view")),
        Findings = [],
        Policy = new RecordPolicy(Digest("example policy"), "housekeeping", "allow"),
        Votes = [],
        Decision = new RecordDecision("approved", "policy", "Allowed by rule housekeeping.", Requested.AddMinutes(-3)),
        RequestedAt = Requested.AddMinutes(-3),
    };

    /// <summary>The signature of this digest that is kept; a new one only when the example is being written.</summary>
    private ValueTask<byte[]> Sign(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        string? signature = _known.Find(s => _key.VerifyHash(digest.Span, Convert.FromBase64String(s)));
        if (signature is null && !Writes) Assert.Fail("The example of docs/record.md has changed: run this test with APPROVALS_WRITE_DOCS=1 and review the difference.");
        _used.Add(signature ??= Convert.ToBase64String(_key.SignHash(digest.Span)));
        return new(Convert.FromBase64String(signature));
    }

    /// <summary>The generated part of docs/record.md.</summary>
    public string Render()
    {
        string[] parts = Token.Split('.');
        return $"""
            ### 1. What is said

            The statement, white space added for people. Signed are its canonical bytes (RFC 8785): sorted keys, no white space.

            ```json
            {Indent(Record.Envelope.Payload)}
            ```

            ### 2. Who signed it

            `record.json`, the DSSE envelope: these {Record.Bytes.Length} bytes, without the line break at the end, are the ledger entry.

            ```json
            {Encoding.UTF8.GetString(Record.Bytes)}
            ```

            Their digest, by which release tokens name the record:

            ```text
            {Record.Digest}
            ```

            ### 3. With which key

            `jwks.json`, as `GET /.well-known/jwks.json` serves it. `kid` is the RFC 7638 thumbprint.

            ```json
            {Encoding.UTF8.GetString(Keys.ToJson())}
            ```

            ### 4. What it allows

            `token.txt`, the release token:

            ```text
            {Token}
            ```

            Its header and claims:

            ```json
            {Indent(System.Buffers.Text.Base64Url.DecodeFromChars(parts[0]))}
            {Indent(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]))}
            ```

            ### 5. Where it stands

            The ledger has {Log.Edge.Size} entries; this record is the one at index {Evidence.Index}. `checkpoint`, as `GET /ledger/checkpoint` serves it:

            ```text
            {Evidence.Checkpoint.TrimEnd()}
            ```

            `vkey`, the verifier key of that signature: the same P-256 key under the name of the log.

            ```text
            {NoteKey}
            ```

            The leaf hash is SHA-256(0x00 || envelope); with the inclusion proof it gives the root in the checkpoint:

            ```text
            leaf  {MerkleTree.HashLeaf(Record.Bytes)}
            {string.Join('\n', Evidence.InclusionProof.Select(h => $"proof {h}"))}
            root  {Log.Edge.Root}
            ```

            The files of this log, below `/ledger/`:

            | path | bytes | what |
            | --- | --- | --- |
            | `tile/0/000.p/3` | {Log.Tiles[new TileId(0, 0, 3)].Length} | the three leaf hashes |
            | `tile/entries/000.p/3` | {Log.Tiles[new TileId(TileId.EntriesLevel, 0, 3)].Length} | the three envelopes, each after its length as a big-endian uint16 |
            """.ReplaceLineEndings("\n");
    }

    private static string Indent(byte[] json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement, ForPeople);

    private static string Here([CallerFilePath] string path = "") => path;
}
