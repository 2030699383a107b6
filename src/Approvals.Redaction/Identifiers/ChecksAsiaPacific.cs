namespace Approvals.Redaction.Identifiers;

/// <summary>Check digits of Asian, Pacific and African identifiers.</summary>
internal static class ChecksAsiaPacific
{
    private static readonly byte[] VerhoeffD =
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 0, 6, 7, 8, 9, 5, 2, 3, 4, 0, 1, 7, 8, 9, 5, 6, 3, 4, 0, 1, 2, 8, 9, 5, 6, 7, 4, 0, 1, 2, 3, 9, 5, 6, 7, 8,
        5, 9, 8, 7, 6, 0, 4, 3, 2, 1, 6, 5, 9, 8, 7, 1, 0, 4, 3, 2, 7, 6, 5, 9, 8, 2, 1, 0, 4, 3, 8, 7, 6, 5, 9, 3, 2, 1, 0, 4, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
    ];

    private static readonly byte[] VerhoeffP =
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 5, 7, 6, 2, 8, 3, 0, 9, 4, 5, 8, 0, 3, 7, 9, 6, 1, 4, 2, 8, 9, 1, 6, 0, 4, 3, 5, 2, 7,
        9, 4, 5, 3, 1, 2, 6, 8, 7, 0, 4, 2, 8, 6, 5, 7, 3, 9, 0, 1, 2, 7, 9, 3, 8, 0, 6, 4, 1, 5, 7, 0, 4, 6, 9, 1, 3, 2, 5, 8,
    ];

    /// <summary>Verhoeff's dihedral check digit (Aadhaar, Nigerian NIN).</summary>
    public static bool Verhoeff(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[20]);
        if (d.Length < 2 || d.AllSame()) return false;
        var c = 0;
        for (var i = 0; i < d.Length; i++) c = VerhoeffD[c * 10 + VerhoeffP[i % 8 * 10 + d[d.Length - 1 - i]]];
        return c == 0;
    }

    public static bool Aadhaar(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[12]);
        return d.Length == 12 && d[0] >= 2 && Verhoeff(value);
    }

    public static bool IndianGstin(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[15]);
        return d.Length == 15 && d.Number(0, 2) is >= 1 and <= 38 && IndianPan(value[2..12]);
    }

    /// <summary>Fourth letter of a PAN names the kind of holder.</summary>
    public static bool IndianPan(ReadOnlySpan<byte> value) => value.Length == 10 && "PCHABGJLFTKE".Contains((char)(value[3] & ~0x20)) || LettersThenDigits(value);

    public static bool ChineseId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[18]);
        return d.Length == 18 && d.Number(6, 2) is 18 or 19 or 20 && Digits.IsDate(d.Number(10, 2), d.Number(12, 2))
            && "10X98765432"[d.Weighted([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11] == d.Letter(17);
    }

    public static bool HongKongId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        if (d.Length is not (8 or 9)) return false;
        var two = d.Length == 9 ? 1 : 0;
        var sum = (two == 1 ? (d.Letter(0) - 'A' + 10) * 9 : 36 * 9) + (d.Letter(two) - 'A' + 10) * 8 + d.Weighted([7, 6, 5, 4, 3, 2], two + 1);
        var check = (11 - sum % 11) % 11;
        return check == 10 ? d.Letter(d.Length - 1) == 'A' : check == d[d.Length - 1];
    }

    public static bool TaiwaneseId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        if (d.Length != 10) return false;
        var code = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".IndexOf(d.Letter(0));
        return (code / 10 + code % 10 * 9 + d.Weighted([8, 7, 6, 5, 4, 3, 2, 1, 1], 1)) % 10 == 0;
    }

    public static bool JapaneseMyNumber(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[12]);
        if (d.Length != 12 || d.AllSame()) return false;
        var remainder = d.Weighted([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
        return (remainder <= 1 ? 0 : 11 - remainder) == d[11];
    }

    /// <summary>Resident (gender 1 to 4) and foreigner (5 to 8) numbers; those issued since October 2020 have no check digit, so the date decides.</summary>
    public static bool KoreanResident(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[13]);
        return d.Length == 13 && d[6] is >= 1 and <= 8 && Digits.IsDate(d.Number(2, 2), d.Number(4, 2)) && d.Number(7, 2) <= 96
            && (value.Length == 14 || KoreanChecksum(d, d[6] >= 5));
    }

    public static bool KoreanBusiness(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        if (d.Length != 10 || d.AllSame()) return false;
        var sum = d.Weighted([1, 3, 7, 1, 3, 7, 1, 3, 5]) + d[8] * 5 / 10;
        return (10 - sum % 10) % 10 == d[9];
    }

    public static bool KoreanLicence(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[12]);
        return d.Length == 12 && d.Number(0, 2) is (>= 11 and <= 26) or 28;
    }

    public static bool SingaporeNric(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        if (d.Length != 9) return false;
        var sum = d.Weighted([2, 7, 6, 5, 4, 3, 2], 1);
        var letters = d.Letter(0) switch { 'S' => "JZIHGFEDCBA", 'T' => "GFEDCBAJZIH", 'F' => "XWUTRQPNMLK", 'G' => "RQPNMLKXWUT", _ => "KLJNPQRTUWX" };
        var offset = d.Letter(0) == 'M' ? 3 : 0;
        return letters[(sum + offset) % 11] == d.Letter(8) || (d.Letter(0) == 'M' && "XWUTRQPNJLK"[(sum + 3) % 11] == d.Letter(8));
    }

    public static bool SingaporeUen(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[10]);
        if (d.Length == 9) return "XMKECAWLJDB"[d.Weighted([10, 4, 9, 3, 8, 2, 7, 1]) % 11] == d.Letter(8);
        if (d.Length != 10) return false;
        if (!d.IsLetter(0)) return "ZKCMDNERGWH"[d.Weighted([10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11] == d.Letter(9);
        const string alphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789";
        ReadOnlySpan<byte> weights = [4, 3, 5, 3, 10, 2, 2, 5, 7];
        var sum = 0;
        for (var i = 0; i < 9; i++)
        {
            var v = alphabet.IndexOf(d.Letter(i));
            if (v < 0) return false;
            sum += v * weights[i];
        }
        return alphabet[((sum - 5) % 11 + 11) % 11] == d.Letter(9);
    }

    public static bool MalaysianId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[12]);
        return d.Length == 12 && Digits.IsDate(d.Number(2, 2), d.Number(4, 2));
    }

    /// <summary>Thai number: first digit 1 to 8, province code in range, weights 13 to 2.</summary>
    public static bool ThaiId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[13]);
        if (d.Length != 13 || d[0] is 0 or 9 || d.AllSame()) return false;
        var province = d.Number(1, 2);
        if (province is < 10 or 28 or 29 or 59 or 68 or 69 or 78 or 79 or 87 or 88 or 89 or > 96) return false;
        return (11 - d.Weighted([13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10 == d[12];
    }

    public static bool IndonesianNik(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[16]);
        return d.Length == 16 && d.Number(0, 2) is >= 11 and <= 94 && Digits.IsDate(d.Number(8, 2), d.Number(6, 2) % 40);
    }

    public static bool AustralianTfn(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && !d.AllSame() && d.Weighted([1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0;
    }

    public static bool AustralianAbn(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        return d.Length == 11 && d[0] > 0 && (d.Weighted([10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 == 0;
    }

    public static bool AustralianAcn(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && !d.AllSame() && (10 - d.Weighted([8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10 == d[8];
    }

    public static bool AustralianMedicare(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[11]);
        return d.Length is 10 or 11 && d[0] is >= 2 and <= 6 && d.Weighted([1, 3, 7, 9, 1, 3, 7, 9]) % 10 == d[8];
    }

    public static bool NewZealandIrd(ReadOnlySpan<byte> value)
    {
        Span<byte> buffer = stackalloc byte[9];
        var d = Digits.Read(value, buffer);
        if (d.Length == 8)
        {
            buffer[..8].CopyTo(buffer[1..]);
            buffer[0] = (byte)'0';
            Span<byte> nine = stackalloc byte[9];
            d = Digits.Read(buffer, nine);
        }
        if (d.Length != 9 || d.Number(0, 9) is < 10_000_000 or > 200_000_000) return false;
        var check = (11 - d.Weighted([3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
        if (check == 10) check = (11 - d.Weighted([7, 4, 3, 2, 5, 2, 7, 6]) % 11) % 11;
        return check == d[8];
    }

    public static bool SouthAfricanId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[13]);
        return d.Length == 13 && Digits.IsDate(d.Number(2, 2), d.Number(4, 2)) && (d.Number(2, 4) != 229 || d.Number(0, 2) % 4 == 0) && d[10] <= 2 && d[11] >= 8 && CheckDigits.Luhn(value);
    }

    public static bool IsraeliId(ReadOnlySpan<byte> value)
    {
        var d = Digits.Read(value, stackalloc byte[9]);
        return d.Length == 9 && !d.AllSame() && CheckDigits.Luhn(value);
    }

    private static bool KoreanChecksum(Digits d, bool foreigner) =>
        ((foreigner ? 13 : 11) - d.Weighted([2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10 == d[12];

    private static bool LettersThenDigits(ReadOnlySpan<byte> value) => value.Length == 10 && Scan.ByteClass.IsUpper(value[0]) && Scan.ByteClass.IsUpper(value[4]) && Scan.ByteClass.IsDigit(value[5]);
}
