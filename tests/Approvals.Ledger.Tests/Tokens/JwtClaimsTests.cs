using System.Text;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Tests.Tokens;

public class JwtClaimsTests
{
    private static readonly JwtExpectations Expected = new("https://idp.example", "gate") { ClockSkew = TimeSpan.FromSeconds(60) };
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_000_000);

    private static string? CodeOf(string json) =>
        JwtClaims.TryRead(Encoding.UTF8.GetBytes(json), out JwtClaims? claims, out VerificationFailure? failure) ? claims.Validate(Expected, Now)?.Code : failure.Code;

    [Theory]
    [InlineData("""{"iss":"https://idp.example","aud":"gate","exp":1000100}""", null)]
    [InlineData("""{"iss":"https://idp.example","aud":["other","gate"],"exp":1000100.5,"nbf":999999,"iat":999999}""", null)]
    [InlineData("""{"iss":"https://idp.example/","aud":"gate","exp":1000100}""", "jwt_issuer_mismatch")]
    [InlineData("""{"aud":"gate","exp":1000100}""", "jwt_issuer_mismatch")]
    [InlineData("""{"iss":"https://idp.example","aud":"Gate","exp":1000100}""", "jwt_audience_mismatch")]
    [InlineData("""{"iss":"https://idp.example","aud":[],"exp":1000100}""", "jwt_audience_mismatch")]
    [InlineData("""{"iss":"https://idp.example","exp":1000100}""", "jwt_audience_mismatch")]
    [InlineData("""{"iss":"https://idp.example","aud":"gate"}""", "jwt_expiry_missing")]
    [InlineData("""{"iss":"https://idp.example","aud":"gate","exp":999941}""", null)]
    [InlineData("""{"iss":"https://idp.example","aud":"gate","exp":999940}""", "jwt_expired")]
    [InlineData("""{"iss":"https://idp.example","aud":"gate","exp":1000100,"nbf":1000060}""", null)]
    [InlineData("""{"iss":"https://idp.example","aud":"gate","exp":1000100,"nbf":1000061}""", "jwt_not_yet_valid")]
    [InlineData("""{"iss":"https://idp.example","aud":"gate","exp":1000100,"iat":1000061}""", "jwt_issued_in_future")]
    [InlineData("""{"iss":"https://idp.example","aud":"gate","exp":"1000100"}""", "jwt_malformed")]
    [InlineData("""{"iss":"https://idp.example","aud":"gate","exp":1e300}""", "jwt_malformed")]
    [InlineData("""{"iss":"https://idp.example","aud":"gate","exp":-1}""", "jwt_malformed")]
    [InlineData("""{"iss":["https://idp.example"],"aud":"gate","exp":1000100}""", "jwt_malformed")]
    [InlineData("""{"iss":"https://idp.example","aud":["gate",1],"exp":1000100}""", "jwt_malformed")]
    [InlineData("""{"iss":"https://evil.example","iss":"https://idp.example","aud":"gate","exp":1000100}""", "jwt_malformed")]
    [InlineData("""[]""", "jwt_malformed")]
    public void Claims_are_judged_exactly(string json, string? code) => Assert.Equal(code, CodeOf(json));
}
