namespace Approvals.Redaction.Identifiers;

/// <summary>Check digits of Nordic, Baltic, central and eastern European identifiers.</summary>
internal static class ChecksNorthAndEast
{
    public static bool FinnishHetu(ReadOnlySpan<byte> value)
    {
        if (value.Length != 11) return false;
        var century = (char)(value[6] & (value[6] >= 'a' ? ~0x20 : 0xFF));
        if (!"+-YXWVUABCDEF".Contains(century)) return false;
        var d = Digits.Read(value, stackalloc byte[11]);
        var separatorIsLetter = d.Length == 11;
        var serial = separatorIsLetter ? 7 : 6;
        var number = d.Number(0, 6) * 1000 + d.Number(serial, 3);
        return Digits.IsDate(d.Number(2, 2), d.Number(0, 2)) && d.Number(serial, 3) is >= 2 and <= 999
            && "0123456789ABCDEFHJKLMNPRSTUVWXY"[(int)(number % 31)] == d.Letter(d.Length - 1);
    }

    /// <summary>Personnummer, ten or twelve digits: date (day plus 60 for coordination numbers) and Luhn over the last ten.</summary>
    public static bool SwedishPersonal(ReadOnlySpan<byte> value)
    {
        Span<byte> buffer = stackalloc byte[12];
        var d = Digits.Read(value, buffer);
        if (d.Length is not (10 or 12)) return false;
        var start = d.Length - 10;
        if (start == 2 && d.Number(0, 2) is < 18 or > 20) return false;
        var day = d.Number(start + 4, 2);
        return Digits.IsDate(d.Number(start + 2, 2), day > 60 ? day - 60 : day) && CheckDigits.Luhn(buffer[start..d.Length]);
    }

    public static bool SwedishOrganization(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        return d.Length == 10 && d.Number(2, 2) >= 20 && d[0] is 1 or 2 or 5 or 7 or 8 or 9 && CheckDigits.Luhn(value);
    }

    public static bool NorwegianNumber(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        if (d.Length != 11) return false;
        var day = d.Number(0, 2) > 40 ? d.Number(0, 2) - 40 : d.Number(0, 2);
        var month = d.Number(2, 2) > 40 ? d.Number(2, 2) - 40 : d.Number(2, 2);
        return Digits.IsDate(month, day) && (11 - d.Weighted([3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11 == d[9]
            && (11 - d.Weighted([5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 == d[10];
    }

    public static bool DanishCpr(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        // Since 2007 numbers are issued that fail the old mod 11 test; the date is what remains.
        return d.Length == 10 && Digits.IsDate(d.Number(2, 2), d.Number(0, 2) > 60 ? d.Number(0, 2) - 60 : d.Number(0, 2));
    }

    public static bool DanishCprStrict(ReadOnlySpan<byte> value) =>
        DanishCpr(value) && Digits.Read(value, stackalloc byte[10]).Weighted([4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0;

    public static bool IcelandicKennitala(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        return d.Length == 10 && d[9] is 0 or 8 or 9 && Digits.IsDate(d.Number(2, 2), d.Number(0, 2) % 40)
            && (11 - d.Weighted([3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 == d[8];
    }

    public static bool PolishPesel(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        return d.Length == 11 && Digits.IsDate(d.Number(2, 2) % 20, d.Number(4, 2)) && (10 - d.Weighted([1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10 == d[10];
    }

    public static bool PolishNip(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        return d.Length == 10 && !d.AllSame() && d.Weighted([6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == d[9];
    }

    public static bool PolishRegon(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && !d.AllSame() && d.Weighted([8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10 == d[8];
    }

    /// <summary>Rodné číslo: date with month plus 50 for women (plus 20 when a day ran out), ten digits divisible by 11.</summary>
    public static bool CzechBirthNumber(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        if (d.Length != 10) return false;
        var month = d.Number(2, 2) % 50;
        return Digits.IsDate(month > 20 ? month - 20 : month, d.Number(4, 2)) && (d.Number(0, 10) % 11 == 0 || (d.Number(0, 9) % 11 == 10 && d[9] == 0));
    }

    public static bool RomanianCnp(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[13]);
        if (d.Length != 13 || d[0] == 0 || !Digits.IsDate(d.Number(3, 2), d.Number(5, 2))) return false;
        var check = d.Weighted([2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
        return (check == 10 ? 1 : check) == d[12];
    }

    public static bool BulgarianEgn(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        if (d.Length != 10) return false;
        var month = d.Number(2, 2);
        return Digits.IsDate(month > 40 ? month - 40 : month > 20 ? month - 20 : month, d.Number(4, 2)) && d.Weighted([2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == d[9];
    }

    public static bool GreekAfm(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && !d.AllSame() && (d[0] * 256 + d.Weighted([128, 64, 32, 16, 8, 4, 2], 1)) % 11 % 10 == d[8];
    }

    public static bool GreekAmka(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        return d.Length == 11 && Digits.IsDate(d.Number(2, 2), d.Number(0, 2)) && CheckDigits.Luhn(value);
    }

    /// <summary>JMBG/EMŠO of Yugoslavia's successors.</summary>
    public static bool Jmbg(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[13]);
        if (d.Length != 13 || d.AllSame() || !Digits.IsDate(d.Number(2, 2), d.Number(0, 2))) return false;
        var check = 11 - d.Weighted([7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
        return (check > 9 ? 0 : check) == d[12];
    }

    /// <summary>Estonian and Lithuanian personal codes.</summary>
    public static bool BalticCode(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        if (d.Length != 11 || d[0] is 0 or > 8 || !Digits.IsDate(d.Number(3, 2), d.Number(5, 2))) return false;
        var check = d.Weighted([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
        if (check == 10) check = d.Weighted([3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10;
        return check == d[10];
    }

    public static bool LatvianCode(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        return d.Length == 11 && Digits.IsDate(d.Number(2, 2), d.Number(0, 2)) && (1101 - d.Weighted([1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11 % 10 == d[10];
    }

    public static bool HungarianTaxId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        return d.Length == 10 && d[0] == 8 && d.Weighted([1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == d[9];
    }

    public static bool TurkishId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        if (d.Length != 11 || d[0] == 0) return false;
        var odd = d[0] + d[2] + d[4] + d[6] + d[8];
        var even = d[1] + d[3] + d[5] + d[7];
        return ((odd * 7 - even) % 10 + 10) % 10 == d[9] && (odd + even + d[9]) % 10 == d[10];
    }

    public static bool RussianInn(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[12]);
        if (d.Length == 10) return !d.AllSame() && d.Weighted([2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == d[9];
        return d.Length == 12 && !d.AllSame() && d.Weighted([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == d[10]
            && d.Weighted([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == d[11];
    }

    public static bool RussianSnils(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        return d.Length == 11 && !d.AllSame() && d.Weighted([9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100 == d.Number(9, 2);
    }

    public static bool UkrainianTaxId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        if (d.Length != 10 || d.AllSame()) return false;
        var sum = -d[0] + d.Weighted([5, 7, 9, 4, 6, 10, 5, 7], 1);
        return (sum % 11 + 11) % 11 % 10 == d[9];
    }
}
