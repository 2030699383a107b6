using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Identifiers;

/// <summary>The letters and digits of an identifier without its separators, letters in upper case.</summary>
internal readonly ref struct Digits
{
    private readonly ReadOnlySpan<byte> _compact;

    private Digits(ReadOnlySpan<byte> compact) => _compact = compact;

    public int Length => _compact.Length;

    /// <summary>Value of the digit at a place; a letter gives a value no check accepts.</summary>
    public int this[int index] => ByteClass.IsDigit(_compact[index]) ? _compact[index] - '0' : 1000;

    public char Letter(int index) => (char)_compact[index];

    public bool IsLetter(int index) => ByteClass.IsLetter(_compact[index]);

    /// <summary>Reads into a buffer of the caller's; empty when the identifier is longer than the buffer.</summary>
    public static Digits Read(ReadOnlySpan<byte> value, Span<byte> buffer)
    {
        var n = 0;
        foreach (var b in value)
        {
            if (!ByteClass.IsAlphanumeric(b)) continue;
            if (n == buffer.Length) return default;
            buffer[n++] = ByteClass.IsLower(b) ? (byte)(b & ~0x20) : b;
        }
        return new Digits(buffer[..n]);
    }

    /// <summary>Number written by the digits from <paramref name="start"/>.</summary>
    public long Number(int start, int length)
    {
        var number = 0L;
        for (var i = start; i < start + length; i++) number = number * 10 + this[i];
        return number;
    }

    /// <summary>Sum of digits times weights, from the first digit on.</summary>
    public int Weighted(ReadOnlySpan<byte> weights, int start = 0)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++) sum += this[start + i] * weights[i];
        return sum;
    }

    /// <summary>As <see cref="Weighted"/>, with the digits of each product added up.</summary>
    public int CrossWeighted(ReadOnlySpan<byte> weights, int start = 0)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var product = this[start + i] * weights[i];
            sum += product / 10 + product % 10;
        }
        return sum;
    }

    public bool AllSame()
    {
        for (var i = 1; i < _compact.Length; i++)
            if (_compact[i] != _compact[0]) return false;
        return true;
    }

    /// <summary>Month 1 to 12 and a day that the month has; the year is not looked at.</summary>
    public static bool IsDate(long month, long day) => month is >= 1 and <= 12 && day >= 1 && day <= (month is 4 or 6 or 9 or 11 ? 30 : month == 2 ? 29 : 31);
}
