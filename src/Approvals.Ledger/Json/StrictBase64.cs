using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Approvals.Ledger.Json;

/// <summary>Base64 and base64url of RFC 4648 with exactly one text per byte sequence: no white space, no stray padding, no spare bits.</summary>
internal static class StrictBase64
{
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly SearchValues<char> UrlAlphabet = SearchValues.Create(Alphanumeric + "-_");

    /// <summary>Unpadded base64url, RFC 7515 §2.</summary>
    public static bool TryDecodeUrl(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length % 4 == 1 || text.ContainsAnyExcept(UrlAlphabet)) return false;
        byte[] decoded = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        // Spare bits of the last character must be zero (RFC 4648 §3.5), else one signature would have several spellings.
        if (Base64Url.DecodeFromChars(text, decoded, out _, out int length) != OperationStatus.Done || !IsOnlySpelling(decoded.AsSpan(0, length), text)) return false;
        bytes = decoded[..length];
        return true;
    }

    private static bool IsOnlySpelling(ReadOnlySpan<byte> decoded, ReadOnlySpan<char> text)
    {
        Span<char> tail = stackalloc char[4];
        int length = Base64Url.EncodeToChars(decoded[(decoded.Length / 3 * 3)..], tail);
        return length == text.Length % 4 && tail[..length].SequenceEqual(text[^length..]);
    }

    /// <summary>Padded standard base64, RFC 4648 §4.</summary>
    public static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        byte[] decoded = new byte[text.Length / 4 * 3];
        if (text.Length % 4 != 0 || !Convert.TryFromBase64String(text, decoded, out int length)) return false;
        if (Convert.ToBase64String(decoded.AsSpan(0, length)) != text) return false;
        bytes = decoded[..length];
        return true;
    }
}
