using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Approvals.Ledger.Json;

/// <summary>The text form of a SHA-256 digest used everywhere in records, tokens and URLs: <c>sha256:</c> and 64 lower-case hex digits.</summary>
public static class Sha256Digest
{
    public const string Prefix = "sha256:";
    private const int TextLength = 7 + 64;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>The digest of these bytes.</summary>
    public static string Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, hash);
        return Prefix + Convert.ToHexStringLower(hash);
    }

    /// <summary>Whether the text is a digest in this exact form (lower case, no white space).</summary>
    public static bool IsValid([NotNullWhen(true)] string? digest) =>
        digest is { Length: TextLength }
        && digest.StartsWith(Prefix, StringComparison.Ordinal)
        && !digest.AsSpan(Prefix.Length).ContainsAnyExcept(HexDigits);

    /// <summary>The 64 hex digits without the prefix, as in-toto digest sets want them.</summary>
    /// <exception cref="LedgerFormatException"><c>digest_malformed</c></exception>
    public static string Hex(string digest) => IsValid(digest)
        ? digest[Prefix.Length..]
        : throw new LedgerFormatException("digest_malformed", "A digest must be \"sha256:\" followed by 64 lower-case hex digits.");
}
