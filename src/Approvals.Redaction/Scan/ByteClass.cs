using System.Runtime.CompilerServices;

namespace Approvals.Redaction.Scan;

/// <summary>Byte classes. Every byte of a non-ASCII UTF-8 sequence counts as a letter, so that words in any script are words.</summary>
internal static class ByteClass
{
    private const byte WordBit = 1, DigitBit = 2, UpperBit = 4, LowerBit = 8, SpaceBit = 16, HexBit = 32, Base64Bit = 64, HighBit = 128;

    private static readonly byte[] Classes = Build();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsWord(byte b) => (Classes[b] & WordBit) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsUpper(byte b) => (uint)(b - 'A') <= 25;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLower(byte b) => (uint)(b - 'a') <= 25;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLetter(byte b) => (uint)((b | 0x20) - 'a') <= 25;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAlphanumeric(byte b) => (Classes[b] & (DigitBit | UpperBit | LowerBit)) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSpace(byte b) => (Classes[b] & SpaceBit) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsHex(byte b) => (Classes[b] & HexBit) != 0;

    /// <summary>Either base64 alphabet, without padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBase64(byte b) => (Classes[b] & Base64Bit) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsHigh(byte b) => b >= 0x80;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Fold(byte b) => IsUpper(b) ? (byte)(b | 0x20) : b;

    public static int HexValue(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };

    public static bool EqualsFolded(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        if (text.Length != lower.Length) return false;
        for (var i = 0; i < lower.Length; i++)
            if (Fold(text[i]) != lower[i]) return false;
        return true;
    }

    public static bool ContainsFolded(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        for (var i = 0; i + lower.Length <= text.Length; i++)
            if (EqualsFolded(text.Slice(i, lower.Length), lower)) return true;
        return false;
    }

    /// <summary>32-bit FNV-1a over case-folded bytes; the hash of every word table here.</summary>
    public static uint FoldedHash(ReadOnlySpan<byte> word)
    {
        var hash = 2166136261u;
        foreach (var b in word) hash = (hash ^ Fold(b)) * 16777619u;
        return hash;
    }

    private static byte[] Build()
    {
        var classes = new byte[256];
        for (var i = 0; i < 256; i++)
        {
            var b = (byte)i;
            byte c = 0;
            if (IsDigit(b)) c |= WordBit | DigitBit | HexBit | Base64Bit;
            if (IsUpper(b)) c |= WordBit | UpperBit | Base64Bit;
            if (IsLower(b)) c |= WordBit | LowerBit | Base64Bit;
            if (b is (>= (byte)'a' and <= (byte)'f') or (>= (byte)'A' and <= (byte)'F')) c |= HexBit;
            if (b is (byte)'_') c |= WordBit | Base64Bit;
            if (b is (byte)'+' or (byte)'/' or (byte)'-') c |= Base64Bit;
            if (b is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\v' or (byte)'\f') c |= SpaceBit;
            if (b >= 0x80) c |= WordBit | HighBit;
            classes[i] = c;
        }
        return classes;
    }
}
