namespace Approvals.Ledger.Tokens;

/// <summary>The JWS algorithms (RFC 7518 §3.1) that this room knows. <c>none</c> and the HMAC family are not among them, on purpose.</summary>
public static class JwsAlgorithms
{
    public const string ES256 = "ES256";
    public const string ES384 = "ES384";
    public const string RS256 = "RS256";
    public const string PS256 = "PS256";
}
