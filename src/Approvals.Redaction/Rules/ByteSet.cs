using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Rules;

/// <summary>A set of ASCII bytes.</summary>
internal readonly record struct ByteSet(ulong Low, ulong High)
{
    public static ByteSet Range(char first, char last)
    {
        ulong low = 0, high = 0;
        for (var c = first; c <= last; c++)
        {
            if (c < 64) low |= 1UL << c;
            else high |= 1UL << (c - 64);
        }
        return new ByteSet(low, high);
    }

    public static ByteSet operator |(ByteSet x, ByteSet y) => new(x.Low | y.Low, x.High | y.High);

    public bool Contains(byte b) => b < 64 ? (Low >> b & 1) != 0 : b < 128 && (High >> (b - 64) & 1) != 0;

    /// <summary>The only member, or 0 when there are others or none.</summary>
    public byte Single() => System.Numerics.BitOperations.PopCount(Low) + System.Numerics.BitOperations.PopCount(High) != 1 ? (byte)0
        : (byte)(Low != 0 ? System.Numerics.BitOperations.TrailingZeroCount(Low) : 64 + System.Numerics.BitOperations.TrailingZeroCount(High));

    public ByteSet Except(ByteSet other) => new(Low & ~other.Low, High & ~other.High);

    public ByteSet BothCases()
    {
        const ulong letters = 0x07FFFFFEUL;
        var upper = High & letters;
        var lower = High >> 32 & letters;
        return new ByteSet(Low, High | upper << 32 | lower);
    }

    public List<byte> FoldedMembers()
    {
        var members = new List<byte>();
        for (var i = 0; i < 128; i++)
        {
            var folded = ByteClass.Fold((byte)i);
            if (Contains((byte)i) && !members.Contains(folded)) members.Add(folded);
        }
        return members;
    }
}
