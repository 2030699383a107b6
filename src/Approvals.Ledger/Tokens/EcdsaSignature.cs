using System.Formats.Asn1;

namespace Approvals.Ledger.Tokens;

/// <summary>The two spellings of an ECDSA signature: r||s (JWS, RFC 7518 §3.4) and DER (X9.62; DSSE as sigstore writes it, signed notes, openssl).</summary>
public static class EcdsaSignature
{
    /// <summary>Length of r||s on P-256.</summary>
    public const int P256Length = 64;

    /// <summary>DER SEQUENCE of two INTEGERs from r||s of any curve.</summary>
    public static byte[] ToDer(ReadOnlySpan<byte> rs)
    {
        if (rs.Length == 0 || rs.Length % 2 != 0) throw new LedgerFormatException("signature_malformed", "An ECDSA signature must be r||s of equal halves.");
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(WithoutLeadingZeros(rs[..(rs.Length / 2)]));
            writer.WriteIntegerUnsigned(WithoutLeadingZeros(rs[(rs.Length / 2)..]));
        }
        return writer.Encode();
    }

    private static ReadOnlySpan<byte> WithoutLeadingZeros(ReadOnlySpan<byte> number)
    {
        int first = number.IndexOfAnyExcept((byte)0);
        return first < 0 ? number[^1..] : number[first..];
    }

    /// <summary>Calls the signer and checks the length of what comes back, so that a wrong adapter fails here and not at a verifier.</summary>
    internal static async ValueTask<byte[]> SignAsync(SignDigest sign, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        byte[] signature = await sign(digest, cancellationToken);
        return signature.Length == P256Length
            ? signature
            : throw new InvalidOperationException($"The signer returned {signature.Length} bytes; ES256 needs r||s of {P256Length} bytes (IEEE P1363).");
    }
}
