namespace Approvals.Redaction.Identifiers;

/// <summary>Check digits of European identifiers, each after its issuer's published rule.</summary>
internal static class ChecksEurope
{
    /// <summary>ISO/IEC 7064 mod 11,10, used by German tax numbers and the Croatian OIB.</summary>
    public static bool Mod11And10(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[20]);
        if (d.Length < 2 || d.AllSame()) return false;
        var product = 10;
        for (var i = 0; i < d.Length - 1; i++)
        {
            var sum = (d[i] + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return (11 - product) % 10 == d[d.Length - 1];
    }

    /// <summary>Steuer-Identifikationsnummer (§ 139b AO): no leading zero, one digit two or three times among the first ten.</summary>
    public static bool GermanTaxId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[12]);
        if (d.Length != 11 || d[0] == 0) return false;
        Span<int> counts = stackalloc int[10];
        counts.Clear();
        var repeated = 0;
        for (var i = 0; i < 10; i++)
        {
            var count = ++counts[d[i]];
            if (count > 3) return false;
            if (count == 2) repeated++;
        }
        return repeated <= 1 && Mod11And10(value);
    }

    /// <summary>ICAO 9303 document number: weights 7, 3, 1, letters A=10 to Z=35, check digit last.</summary>
    public static bool Icao9303(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[12]);
        if (d.Length is not (9 or 10)) return false;
        var sum = 0;
        for (var i = 0; i < d.Length - 1; i++)
        {
            var v = d.IsLetter(i) ? d.Letter(i) - 'A' + 10 : d[i];
            sum += v * (i % 3 == 0 ? 7 : i % 3 == 1 ? 3 : 1);
        }
        return sum % 10 == d[d.Length - 1];
    }

    /// <summary>Nine places as printed: either with the check digit last, or a newer serial of letter and eight digits without one.</summary>
    public static bool GermanIdCard(ReadOnlySpan<byte> value) => Icao9303(value) || (ByteIs(value[0], 'T') && AllDigits(value[1..]));

    public static bool GermanHealthInsurance(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        if (d.Length != 10) return false;
        var ordinal = d.Letter(0) - 'A' + 1;
        var sum = Cross(ordinal / 10) + Cross(ordinal % 10 * 2) + d.CrossWeighted([1, 2, 1, 2, 1, 2, 1, 2], 1);
        return sum % 10 == d[9];
    }

    public static bool GermanPension(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[12]);
        if (d.Length != 12 || !d.IsLetter(8)) return false;
        var day = d.Number(2, 2);
        if (!(day is (>= 1 and <= 31) or (>= 51 and <= 81)) || d.Number(4, 2) is < 1 or > 12) return false;
        var ordinal = d.Letter(8) - 'A' + 1;
        var sum = d.CrossWeighted([2, 1, 2, 5, 7, 1, 2, 1]) + Cross(ordinal / 10 * 2) + Cross(ordinal % 10) + d.CrossWeighted([2, 1], 9);
        return sum % 10 == d[11];
    }

    public static bool GermanDoctor(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && !d.AllSame() && (10 - d.Weighted([4, 9, 4, 9, 4, 9]) % 10) % 10 == d[6];
    }

    /// <summary>Two-digit code of a regional association of physicians.</summary>
    public static bool GermanPractice(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && d.Number(0, 2) is 1 or 2 or 3 or 17 or 20 or 35 or 38 or 46 or 51 or 52 or 71 or 72 or 73 or 74 or 78 or 83 or 88 or 93 or 98 && d.Number(2, 7) != 0;
    }

    /// <summary>NHS number: weights 10 to 2, mod 11.</summary>
    public static bool Nhs(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        return d.Length == 10 && !d.AllSame() && (11 - d.Weighted([10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 == d[9];
    }

    /// <summary>National Insurance number: prefixes that are not issued.</summary>
    public static bool Nino(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        if (d.Length != 9) return false;
        var prefix = (d.Letter(0), d.Letter(1));
        return prefix is not (('B', 'G') or ('G', 'B') or ('K', 'N') or ('N', 'K') or ('N', 'T') or ('T', 'N') or ('Z', 'Z'));
    }

    public static bool BritishLicence(ReadOnlySpan<byte> value) => value[0] != '9' && value[..5].TrimEnd((byte)'9').IndexOf((byte)'9') < 0;

    public static bool BritishPlate(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[8]);
        return d.Length == 7 && d.Number(2, 2) is (>= 2 and <= 29) or (>= 51 and <= 79);
    }

    public static bool SpanishId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        if (d.Length != 9) return false;
        var number = d.IsLetter(0) ? d.Number(1, 7) + (d.Letter(0) - 'X') * 10_000_000L : d.Number(0, 8);
        return "TRWAGMYFPDXBNJZSQVHLCKE"[(int)(number % 23)] == d.Letter(8);
    }

    /// <summary>Old numbers are printed without their leading zero.</summary>
    public static bool SpanishIdOfSeven(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 8 && "TRWAGMYFPDXBNJZSQVHLCKE"[(int)(d.Number(0, 7) % 23)] == d.Letter(7);
    }

    public static bool SpanishCompany(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        if (d.Length != 9) return false;
        var sum = d.CrossWeighted([2, 1, 2, 1, 2, 1, 2], 1);
        var check = (10 - sum % 10) % 10;
        return d.IsLetter(8) ? "JABCDEFGHI"[check] == d.Letter(8) : check == d[8];
    }

    /// <summary>Codice fiscale: odd and even place tables, mod 26. An upper-case shape with a wrong letter is still believed with a word beside it, not here.</summary>
    public static bool ItalianFiscalCode(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[16]);
        if (d.Length != 16) return false;
        ReadOnlySpan<byte> odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var v = d.IsLetter(i) ? d.Letter(i) - 'A' : d[i];
            sum += i % 2 == 0 ? odd[v] : v;
        }
        return sum % 26 == d.Letter(15) - 'A';
    }

    public static bool NotZeroLuhn(ReadOnlySpan<byte> value) => !Digits.Read(value, stackalloc byte[24]).AllSame() && CheckDigits.Luhn(value);

    /// <summary>NIR: 13 digits (Corsica 2A, 2B), key 97 minus remainder.</summary>
    public static bool FrenchNir(ReadOnlySpan<byte> value)
    {
        Span<byte> buffer = stackalloc byte[15];
        var d = Digits.Read(value, buffer);
        if (d.Length != 15) return false;
        var corsica = d.IsLetter(6) ? d.Letter(6) == 'A' ? 1_000_000L : 2_000_000L : 0;
        if (corsica > 0) buffer[6] = (byte)'0';
        return d[0] is 1 or 2 or 3 or 4 or 7 or 8 && 97 - (d.Number(0, 13) - corsica) % 97 == d.Number(13, 2);
    }

    public static bool FrenchVat(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[13]);
        return d.Length == 13 && (12 + 3 * (d.Number(4, 9) % 97)) % 97 == d.Number(2, 2);
    }

    /// <summary>Dutch BSN: the eleven test.</summary>
    public static bool DutchBsn(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && !d.AllSame() && (d.Weighted([9, 8, 7, 6, 5, 4, 3, 2]) - d[8]) % 11 == 0;
    }

    public static bool BelgianNumber(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        if (d.Length != 11 || d.Number(2, 2) % 20 > 12) return false;
        var n = d.Number(0, 9);
        return 97 - n % 97 == d.Number(9, 2) || 97 - (n + 2_000_000_000L) % 97 == d.Number(9, 2);
    }

    public static bool SwissAhv(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[13]);
        return d.Length == 13 && (10 - d.Weighted([1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10) % 10 == d[12];
    }

    public static bool AustrianSvnr(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        return d.Length == 10 && d[0] != 0 && (d.Weighted([3, 7, 9]) + d.Weighted([5, 8, 4, 2, 1, 6], 4)) % 11 == d[3];
    }

    public static bool IrishPps(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        if (d.Length is not (8 or 9)) return false;
        var sum = d.Weighted([8, 7, 6, 5, 4, 3, 2]) + (d.Length == 9 && d.Letter(8) != 'W' ? (d.Letter(8) - 'A' + 1) * 9 : 0);
        return "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23] == d.Letter(7);
    }

    public static bool PortugueseNif(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        if (d.Length != 9 || d[0] is 0 or 4) return false;
        var check = 11 - d.Weighted([9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        return (check > 9 ? 0 : check) == d[8];
    }

    private static int Cross(int n) => n / 10 + n % 10;

    private static bool ByteIs(byte b, char upper) => (b & ~0x20) == upper;

    private static bool AllDigits(ReadOnlySpan<byte> value) => value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}
