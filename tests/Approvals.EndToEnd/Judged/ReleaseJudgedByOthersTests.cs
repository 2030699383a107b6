using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.EndToEnd.Processes;
using Approvals.Ledger.Tests;

namespace Approvals.EndToEnd.Judged;

/// <summary>What a live gate hands out, judged by other people's programs: the token by jose, against the JWKS as it is served; record and checkpoint by openssl.</summary>
public sealed class ReleaseJudgedByOthersTests
{
    /// <summary>Verifies a token as docs/record.md tells an executor to, against the gate's own key set, and prints its claims.</summary>
    private const string VerifyToken = """
        import { createRemoteJWKSet, jwtVerify } from "jose";
        const [jwks, issuer, audience, token] = process.argv.slice(1);
        try {
          const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwks)), { algorithms: ["ES256"], typ: "approvals-release+jwt", issuer, audience });
          console.log(JSON.stringify(payload));
        } catch (error) {
          console.log(error.code);
        }
        """;

    /// <summary>A JWK as PEM, which openssl reads.</summary>
    private const string WritePem = """
        import { createPublicKey } from "node:crypto";
        console.log(createPublicKey({ key: JSON.parse(process.argv[1]), format: "jwk" }).export({ type: "spki", format: "pem" }));
        """;

    [Fact]
    public async Task Token_verifies_by_jose_against_the_served_keys()
    {
        Judges.RequireProgram("node");
        Judges.RequireJose();
        await using LiveGate gate = await LiveGate.StartAsync();
        JsonElement accepted = await gate.ApprovedAsync(LiveGate.Request());
        string id = accepted.GetProperty("id").GetString()!;
        string token = (await gate.Pipeline.GetAsync($"api/actions/{id}/release")).Is(200).Json.GetProperty("token").GetString()!;

        JsonElement claims = JsonDocument.Parse(await JoseAsync(gate, LiveGate.Name, gate.Pipeline.Subject, token)).RootElement;
        Assert.Equal((id, id), (claims.GetProperty("action_id").GetString(), claims.GetProperty("jti").GetString()));
        Assert.Equal(accepted.GetProperty("actionDigest").GetString(), claims.GetProperty("action_digest").GetString());
        Assert.Equal("ERR_JWT_CLAIM_VALIDATION_FAILED", (await JoseAsync(gate, LiveGate.Name, "somebody-else", token)).Trim());
        Assert.Equal("ERR_JWT_CLAIM_VALIDATION_FAILED", (await JoseAsync(gate, "https://other.example", gate.Pipeline.Subject, token)).Trim());
        int signature = token.LastIndexOf('.') + 1;
        string changed = token[..signature] + (token[signature] == 'A' ? 'B' : 'A') + token[(signature + 1)..];
        Assert.Equal("ERR_JWS_SIGNATURE_VERIFICATION_FAILED", (await JoseAsync(gate, LiveGate.Name, gate.Pipeline.Subject, changed)).Trim());
    }

    [Fact]
    public async Task Record_and_checkpoint_verify_by_openssl()
    {
        Judges.RequireProgram("node");
        Judges.RequireProgram("openssl");
        await using LiveGate gate = await LiveGate.StartAsync();
        string id = (await gate.ApprovedAsync(LiveGate.Request())).GetProperty("id").GetString()!;
        JsonElement release = (await gate.Pipeline.GetAsync($"api/actions/{id}/release")).Is(200).Json;
        JsonElement jwk = (await gate.Admin.GetAsync(".well-known/jwks.json")).Is(200).Json.GetProperty("keys")[0];
        string pem = await Judges.RunAsync("node", ["--input-type=module", "-e", WritePem, jwk.GetRawText()]);

        JsonElement envelope = JsonDocument.Parse(release.GetProperty("record").GetString()!).RootElement;
        JsonElement signature = Assert.Single(envelope.GetProperty("signatures").EnumerateArray());
        Assert.Equal(jwk.GetProperty("kid").GetString(), signature.GetProperty("keyid").GetString());
        string type = envelope.GetProperty("payloadType").GetString()!;
        byte[] payload = Convert.FromBase64String(envelope.GetProperty("payload").GetString()!);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"DSSEv1 {type.Length} {type} {payload.Length} "), .. payload];
        await AssertOpensslAsync(pem, signed, Convert.FromBase64String(signature.GetProperty("sig").GetString()!));

        // A signed note: text, an empty line, "— name base64", where the signature follows four bytes of key id.
        string note = (await gate.Admin.GetAsync("ledger/checkpoint")).Is(200).Text;
        string text = note[..(note.IndexOf("\n\n", StringComparison.Ordinal) + 1)];
        await AssertOpensslAsync(pem, Encoding.UTF8.GetBytes(text), Convert.FromBase64String(note.TrimEnd().Split(' ')[^1])[4..]);
        Assert.StartsWith(LiveGate.Name + "/ledger\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ledger_verifies_by_url_and_offline_with_one_result()
    {
        await using LiveGate gate = await LiveGate.StartAsync();
        string first = (await gate.Admin.GetAsync("ledger/checkpoint")).Is(200).Text;
        string id = (await gate.ApprovedAsync(LiveGate.Request())).GetProperty("id").GetString()!;
        string token = (await gate.Pipeline.GetAsync($"api/actions/{id}/release")).Is(200).Json.GetProperty("token").GetString()!;
        string digest = (await gate.Pipeline.GetAsync("api/actions/" + id)).Is(200).Json.GetProperty("actionDigest").GetString()!;
        (await gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = token, ["actionDigest"] = digest })).Is(200);
        (await gate.Pipeline.PostAsync($"api/actions/{id}/receipt", new JsonObject { ["outcome"] = "succeeded" })).Is(201);
        await File.WriteAllTextAsync(Path.Combine(gate.Folder, "first.checkpoint"), first);

        JsonElement byUrl = await VerifyAsync(gate, 0, gate.Url.ToString());
        Assert.Equal(0, (await ApprovalsProcess.RunAsync(gate.Folder, gate.CommandEnvironment, "ledger", "export", "exported")).ExitCode);
        Assert.Equal(0, await gate.Process.StopAsync()); // nobody is there to ask any more
        JsonElement offline = await VerifyAsync(gate, 0, "exported");
        Assert.Equal(byUrl.GetRawText(), offline.GetRawText());
        long size = offline.GetProperty("size").GetInt64();
        Assert.True(size >= 3); // decision, redemption, receipt
        Assert.Equal(size, offline.GetProperty("records").EnumerateObject().Sum(kind => kind.Value.GetInt64()));

        string tile = Path.Combine(gate.Folder, "exported", "tile", "0", "000.p", size.ToString());
        byte[] bytes = await File.ReadAllBytesAsync(tile);
        bytes[40] ^= 1;
        await File.WriteAllBytesAsync(tile, bytes);
        Assert.False((await VerifyAsync(gate, 1, "exported")).GetProperty("verified").GetBoolean());
    }

    private static Task<string> JoseAsync(LiveGate gate, string issuer, string audience, string token) =>
        Judges.RunAsync("node", ["--input-type=module", "-e", VerifyToken, new Uri(gate.Url, ".well-known/jwks.json").ToString(), issuer, audience, token], folder: Judges.Tools);

    private static async Task<JsonElement> VerifyAsync(LiveGate gate, int exitCode, string source)
    {
        (int exit, string output, string error) = await ApprovalsProcess.RunAsync(
            gate.Folder, gate.CommandEnvironment, "ledger", "verify", source, "--json", "--origin", LiveGate.Name + "/ledger", "--earlier", "first.checkpoint");
        Assert.True(exit == exitCode, $"exit {exit}: {output}{error}");
        return JsonDocument.Parse(output).RootElement;
    }

    private static async Task AssertOpensslAsync(string pem, byte[] signed, byte[] signature)
    {
        using Judges.TemporaryFolder folder = Judges.NewFolder();
        string key = folder.Write("key.pem", Encoding.UTF8.GetBytes(pem)), bytes = folder.Write("signature", signature);
        string[] arguments = ["dgst", "-sha256", "-verify", key, "-signature", bytes];
        Assert.Contains("Verified OK", await Judges.RunAsync("openssl", [.. arguments, folder.Write("signed", signed)]), StringComparison.Ordinal);
        signed[^1] ^= 1;
        string changed = folder.Write("changed", signed);
        await Assert.ThrowsAnyAsync<Exception>(() => Judges.RunAsync("openssl", [.. arguments, changed]));
    }
}
