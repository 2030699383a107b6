namespace Approvals.Redaction.Identifiers;

/// <summary>Check digits of American identifiers, and of numbers that belong to things.</summary>
internal static class ChecksAmericas
{
    /// <summary>Social Security number: areas, groups and serials that were never issued; one kind of separator.</summary>
    public static bool Ssn(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        if (d.Length != 9 || d.AllSame()) return false;
        if (value.Length == 11 && value[3] != value[6]) return false;
        return d.Number(0, 3) is not (0 or 666 or >= 900) && d.Number(3, 2) != 0 && d.Number(5, 4) != 0;
    }

    public static bool Itin(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && d[0] == 9 && d.Number(3, 2) is (>= 50 and <= 65) or (>= 70 and <= 88) or (>= 90 and <= 92) or (>= 94 and <= 99);
    }

    public static bool AbaRouting(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && d.Number(0, 2) is <= 12 or (>= 21 and <= 32) or (>= 61 and <= 72) or 80 && !d.AllSame() && d.Weighted([3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0;
    }

    /// <summary>NPI: Luhn over 80840 and the ten digits (45 CFR 162.406).</summary>
    public static bool Npi(ReadOnlySpan<byte> value)
    {
        Span<byte> buffer = stackalloc byte[10];
        var d = Digits.Read(value, buffer);
        if (d.Length != 10 || d[0] is not (1 or 2) || buffer[1..9].IndexOfAnyExcept(buffer[1]) < 0) return false;
        Span<byte> full = stackalloc byte[15];
        "80840"u8.CopyTo(full);
        buffer.CopyTo(full[5..]);
        return CheckDigits.Luhn(full);
    }

    /// <summary>DEA registration of a prescriber.</summary>
    public static bool Dea(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && (d[2] + d[4] + d[6] + 2 * (d[3] + d[5] + d[7])) % 10 == d[8];
    }

    public static bool CanadianSin(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && d[0] is not (0 or 8) && !d.AllSame() && CheckDigits.Luhn(value);
    }

    public static bool BrazilianCpf(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        return d.Length == 11 && !d.AllSame() && d.Weighted([10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == d[9]
            && d.Weighted([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == d[10];
    }

    public static bool BrazilianCnpj(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[14]);
        return d.Length == 14 && !d.AllSame() && d.Weighted([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == d[12]
            && d.Weighted([6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == d[13];
    }

    public static bool ArgentineCuit(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        return d.Length == 11 && d.Number(0, 2) is 20 or 23 or 24 or 25 or 26 or 27 or 30 or 33 or 34
            && (11 - d.Weighted([5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 == d[10];
    }

    public static bool ChileanRut(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        if (d.Length is not (8 or 9)) return false;
        int sum = 0, weight = 2;
        for (var i = d.Length - 2; i >= 0; i--)
        {
            sum += d[i] * weight;
            weight = weight == 7 ? 2 : weight + 1;
        }
        return "0K987654321"[sum % 11] == d.Letter(d.Length - 1);
    }

    public static bool MexicanCurp(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[18]);
        return d.Length == 18 && Digits.IsDate(d.Number(6, 2), d.Number(8, 2)) && d.Letter(10) is 'H' or 'M' or 'X';
    }

    public static bool MexicanRfc(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[13]);
        return d.Length is 12 or 13 && Digits.IsDate(d.Number(d.Length - 7, 2), d.Number(d.Length - 5, 2));
    }

    public static bool MexicanClabe(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[18]);
        if (d.Length != 18) return false;
        var sum = 0;
        for (var i = 0; i < 17; i++) sum += d[i] * (i % 3 == 0 ? 3 : i % 3 == 1 ? 7 : 1) % 10;
        return (10 - sum % 10) % 10 == d[17];
    }

    /// <summary>Vehicle identification number (ISO 3779) with the North American check digit in place nine (49 CFR 565).</summary>
    public static bool Vin(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[17]);
        if (d.Length != 17) return false;
        const string letters = "ABCDEFGH-JKLMN-P-R-STUVWXYZ";
        ReadOnlySpan<byte> values = [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 0, 2, 3, 4, 5, 6, 7, 8, 9];
        ReadOnlySpan<byte> weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
        var sum = 0;
        for (var i = 0; i < 17; i++)
        {
            var v = d.IsLetter(i) ? letters.IndexOf(d.Letter(i)) : -1;
            sum += (d.IsLetter(i) ? v < 0 ? 100 : values[v] : d[i]) * weights[i];
        }
        return "0123456789X"[sum % 11] == d.Letter(8);
    }

    /// <summary>IMEI: fifteen digits, Luhn, a reporting body that exists.</summary>
    public static bool Imei(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[15]);
        return d.Length == 15 && !d.AllSame() && d.Number(0, 2) is 1 or 10 or 30 or 33 or 35 or 44 or 45 or 49 or 50 or 51 or 52 or 53 or 54 or 86 or 91 or 98 or 99 && CheckDigits.Luhn(value);
    }

    /// <summary>A hardware address that somebody's device can have: not all zeros, not broadcast.</summary>
    public static bool MacAddress(ReadOnlySpan<byte> value) => !Digits.Read(value, stackalloc byte[12]).AllSame();

    /// <summary>Province code 01 to 81; up to four digits after one letter, fewer after more.</summary>
    public static bool TurkishPlate(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        return d.Length >= 5 && d.Number(0, 2) is >= 1 and <= 81;
    }

    /// <summary>Ethereum-style address: 40 hex digits after 0x.</summary>
    public static bool NotAllSame(ReadOnlySpan<byte> value) => value.Length > 2 && value[2..].IndexOfAnyExcept(value[2]) >= 0;
}
