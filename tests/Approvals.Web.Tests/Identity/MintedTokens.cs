using System.Text.Json;

namespace Approvals.Web.Tests.Identity;

/// <summary>Tokens of an issuer, minted by npm jose; see tests/tools/mint-tokens.mjs.</summary>
internal sealed record MintedTokens(string Keys, string WeakKeys, IReadOnlyDictionary<string, string> Good, IReadOnlyDictionary<string, string> Hostile)
{
    public static async Task<MintedTokens> MintAsync(string issuer, string audience, DateTimeOffset now)
    {
        string output = await NodePrograms.RunAsync("mint-tokens.mjs", JsonSerializer.Serialize(new { issuer, audience, now = now.ToUnixTimeSeconds() }));
        JsonElement json = JsonDocument.Parse(output).RootElement;
        return new MintedTokens(json.GetProperty("jwks").GetRawText(), json.GetProperty("weakJwks").GetRawText(), Tokens("good"), Tokens("hostile"));

        Dictionary<string, string> Tokens(string name) => json.GetProperty(name).EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetString()!);
    }
}
