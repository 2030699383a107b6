using System.Buffers.Text;

namespace Approvals.Redaction.Secrets;

/// <summary>Compact JWS and JWE (RFC 7519): the first part must decode to a JSON object that names an algorithm or type.</summary>
internal static class Jwt
{
    /// <summary>A token that was base64-encoded once more: the decoded text begins as a token does.</summary>
    public static bool IsEncodedToken(ReadOnlySpan<byte> value)
    {
        Span<byte> decoded = stackalloc byte[48];
        var head = value[..Math.Min(64, value.Length & ~3)];
        return System.Buffers.Text.Base64.DecodeFromUtf8(head, decoded, out _, out var written, isFinalBlock: false) == System.Buffers.OperationStatus.Done
            && decoded[..written].StartsWith("eyJ"u8);
    }

    public static bool IsToken(ReadOnlySpan<byte> value)
    {
        var dot = value.IndexOf((byte)'.');
        if (dot < 8) return false;
        var header = value[..dot];
        Span<byte> decoded = stackalloc byte[1024];
        if (header.Length > 1300) return false;
        var status = Base64Url.DecodeFromUtf8(header, decoded, out _, out var written);
        if (status != System.Buffers.OperationStatus.Done) return header.StartsWith("eyJ"u8);
        decoded = decoded[..written];
        return decoded.Length > 2 && decoded[0] == '{' && (decoded.IndexOf("\"alg\""u8) >= 0 || decoded.IndexOf("\"typ\""u8) >= 0
            || decoded.IndexOf("\"kid\""u8) >= 0 || decoded.IndexOf("\"enc\""u8) >= 0);
    }
}
