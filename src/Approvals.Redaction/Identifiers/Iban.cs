using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Identifiers;

/// <summary>ISO 13616 account numbers: country, length of that country, mod 97-10 (ISO/IEC 7064).</summary>
internal static class Iban
{
    // Country and total length, from the SWIFT IBAN registry.
    private const string Lengths =
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27" +
        "GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24" +
        "PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

    private static readonly byte[] LengthByCountry = Build();

    public static bool IsValid(ReadOnlySpan<byte> value)
    {
        Span<byte> compact = stackalloc byte[36];
        var n = 0;
        bool upper = false, lower = false;
        foreach (var b in value)
        {
            if (!ByteClass.IsAlphanumeric(b)) continue;
            upper |= ByteClass.IsUpper(b);
            lower |= ByteClass.IsLower(b);
            if (n == compact.Length) return false;
            compact[n++] = (byte)(ByteClass.IsLower(b) ? b & ~0x20 : b);
        }
        if ((upper && lower) || n < 15 || n != LengthOf(compact[0], compact[1])) return false;
        var remainder = 0;
        for (var i = 0; i < n; i++)
        {
            var b = compact[(i + 4) % n];
            remainder = ByteClass.IsDigit(b) ? (remainder * 10 + b - '0') % 97 : (remainder * 100 + b - 'A' + 10) % 97;
        }
        return remainder == 1;
    }

    /// <summary>Length for a country given in either case; 0 if it has no IBAN.</summary>
    public static int LengthOf(byte first, byte second)
    {
        var index = ((first & ~0x20) - 'A') * 26 + (second & ~0x20) - 'A';
        return (uint)index < (uint)LengthByCountry.Length ? LengthByCountry[index] : 0;
    }

    private static byte[] Build()
    {
        var table = new byte[26 * 26];
        for (var i = 0; i < Lengths.Length; i += 4)
            table[(Lengths[i] - 'A') * 26 + Lengths[i + 1] - 'A'] = byte.Parse(Lengths.AsSpan(i + 2, 2));
        return table;
    }

    /// <summary>
    /// End of an IBAN that begins at <paramref name="at"/>, or -1. Groups may be separated by single spaces, hyphens, or nothing.
    /// </summary>
    public static int Match(ReadOnlySpan<byte> text, int at)
    {
        if (at + 15 > text.Length || !ByteClass.IsDigit(text[at + 2]) || !ByteClass.IsDigit(text[at + 3])) return -1;
        var length = LengthOf(text[at], text[at + 1]);
        if (length == 0) return -1;
        var i = at;
        for (var n = 0; n < length; n++)
        {
            if (n > 0 && i + 1 < text.Length && text[i] is (byte)' ' or (byte)'-' && ByteClass.IsAlphanumeric(text[i + 1])) i++;
            if (i >= text.Length || !ByteClass.IsAlphanumeric(text[i])) return -1;
            i++;
        }
        if (i < text.Length && ByteClass.IsAlphanumeric(text[i])) return -1;
        return IsValid(text[at..i]) ? i : -1;
    }
}
