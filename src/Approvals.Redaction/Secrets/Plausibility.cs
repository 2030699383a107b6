using System.Numerics;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>Is a value a real secret, or a placeholder, a reference to one, or a word?</summary>
internal static class Plausibility
{
    /// <summary>Shannon entropy in bits per byte.</summary>
    public static float Entropy(ReadOnlySpan<byte> value)
    {
        if (value.Length == 0) return 0;
        Span<ushort> counts = stackalloc ushort[256];
        counts.Clear();
        if (value.Length > 4096) value = value[..4096];
        foreach (var b in value) counts[b]++;
        var sum = 0f;
        foreach (var b in value)
        {
            var n = counts[b];
            if (n == 0) continue;
            counts[b] = 0;
            sum += n * MathF.Log2(n);
        }
        return MathF.Log2(value.Length) - sum / value.Length;
    }

    /// <summary>
    /// Text that stands for a value instead of being one: masks, ellipses, references to variables, words such as "changeme".
    /// INVARIANT: decided on the whole value, so that an attacker cannot hide a secret by writing a placeholder beside it.
    /// </summary>
    public static bool IsPlaceholder(ReadOnlySpan<byte> value)
    {
        if (value.Length == 0) return true;
        if (IsReference(value) || IsMaskToken(value) || value.EndsWith("…"u8) || (value.EndsWith("..."u8) && value.Length < 24)) return true;
        var distinct = DistinctLetters(value, out var longestRun);
        if (distinct <= 2 && value.Length >= 3) return true;
        if (longestRun >= 6 && longestRun * 3 >= value.Length) return true;
        if (value.Length >= 12 && distinct <= 3) return true;
        return HasPlaceholderWord(value);
    }

    /// <summary>A pseudonym or mask that redaction itself wrote, such as <c>[EMAIL_1]</c>.</summary>
    public static bool IsMaskToken(ReadOnlySpan<byte> value)
    {
        if (value.Length < 3 || value[0] != '[') return false;
        var i = 1;
        while (i < value.Length && (ByteClass.IsUpper(value[i]) || value[i] == '_')) i++;
        if (i < 3) return false;
        while (i < value.Length && value[i] != ']' && (ByteClass.IsAlphanumeric(value[i]) || value[i] is (byte)'_' or (byte)'#' or (byte)':')) i++;
        if (i >= value.Length || value[i] != ']') return false;
        // INVARIANT: "[EMAIL_1]realsecret" is no mask; only marks may follow one.
        foreach (var b in value[(i + 1)..])
            if (ByteClass.IsWord(b)) return false;
        return true;
    }

    /// <summary>Whether a span lies inside a mask that an earlier redaction wrote.</summary>
    public static bool LiesInMask(ReadOnlySpan<byte> text, int start, int end)
    {
        var open = text[Math.Max(0, start - 32)..Math.Min(text.Length, start + 1)].LastIndexOf((byte)'[');
        if (open < 0) return false;
        open += Math.Max(0, start - 32);
        var close = text[open..Math.Min(text.Length, open + 64)].IndexOf((byte)']');
        return close > 0 && open + close + 1 >= end && IsMaskToken(text[open..(open + close + 1)]);
    }

    /// <summary>
    /// A reference to a value that stands elsewhere: <c>${VAR}</c>, <c>$(cmd)</c>, <c>{{ x }}</c>, <c>%VAR%</c>, <c>&lt;token&gt;</c>, <c>$VAR</c>, a call, a path into an object.
    /// INVARIANT: what stands in the brackets must read as a name; <c>&lt;Xy7$kP2q&gt;</c> and <c>${VAR:-hunter2}</c> hold a value.
    /// </summary>
    public static bool IsReference(ReadOnlySpan<byte> v)
    {
        v = v.Trim("'\""u8);
        if (v.Length < 2) return v.Length == 0 || !ByteClass.IsAlphanumeric(v[0]);
        var last = v[^1];
        switch (v[0])
        {
            case (byte)'$':
                if (v[1] == '(') return true;
                if (v[1] == '{')
                {
                    var close = v.IndexOf((byte)'}');
                    return close < 0 || (IsName(v[2..close]) && IsPart(v[(close + 1)..]));
                }
                if (ByteClass.IsDigit(v[1]) && v.Length <= 2) return true;
                if (v.IndexOf((byte)'/') is var slash and > 1 && IsIdentifier(v[1..slash]) && IsPart(v[slash..])) return true;
                if (ByteClass.IsLetter(v[1]) && v.IndexOfAny((byte)'[', (byte)'>') > 1) return true;
                return IsIdentifier(v[1..]) && (v.Length <= 4 || !HasDigitAndLetterMix(v[1..]) || v[1..].IndexOf((byte)'_') >= 0);
            case (byte)'<':
                var angle = v.IndexOf((byte)'>');
                return angle > 0 && (v[1] == '%' || IsName(v[1..angle])) && IsPart(v[(angle + 1)..]);
            case (byte)'{':
                if (IsTemplate(v)) return true;
                if (v[1] == '{') return v.IndexOf("}}"u8) is var end and > 0 && IsName(v[2..end]) && IsPart(v[(end + 2)..].TrimStart((byte)'}'));
                return last == '}' && IsName(v[1..^1]);
            case (byte)'%': return (last == '%' && IsIdentifier(v[1..^1])) || (v[1] is (byte)'(' or (byte)'{' && IsPart(v[2..])) || (v.Length <= 3 && ByteClass.IsLetter(v[1]));
            case (byte)'[': return last == ']' && v.Length <= 40 && v[1..^1].IndexOfAnyInRange((byte)'0', (byte)'9') < 0;
            case (byte)'(' when last == ')': return true;
            case (byte)'#' when v[1] == '{': return true;
            case (byte)'@' when v[1] is (byte)'{' or (byte)'@': return true;
        }
        if (last == ')' && v.IndexOf((byte)'(') > 0) return true;
        // Part of a regular expression.
        if (v.IndexOf("(?P"u8) >= 0 || v.IndexOf("(?:"u8) >= 0) return true;
        return v.StartsWith("process.env"u8) || v.StartsWith("os.environ"u8) || v.StartsWith("os.getenv"u8) || v.StartsWith("env."u8) || v.StartsWith("ENV["u8)
            || v.StartsWith("secrets."u8) || v.StartsWith("var."u8) || v.StartsWith("vault:"u8) || v.StartsWith("op://"u8) || v.StartsWith("arn:aws:secretsmanager:"u8)
            || v.StartsWith("@Microsoft.KeyVault("u8) || v.StartsWith("file://"u8);
    }

    /// <summary><c>{user.Id}:{Encode(secret)}</c>: nothing but places to fill in and marks between them.</summary>
    private static bool IsTemplate(ReadOnlySpan<byte> v)
    {
        while (v.Length > 0)
        {
            var close = v.IndexOf((byte)'}');
            if (v[0] != '{' || close < 0 || !IsName(v[1..close])) return false;
            v = v[(close + 1)..];
            var mark = 0;
            while (mark < v.Length && !ByteClass.IsWord(v[mark]) && v[mark] != '{') mark++;
            v = v[mark..];
        }
        return true;
    }

    /// <summary>The inside of a reference: names, dots, filters and quotes, nothing drawn at random and no default value.</summary>
    private static bool IsName(ReadOnlySpan<byte> inner)
    {
        var fallback = inner.IndexOf(":-"u8);
        if (fallback >= 0) return IsName(inner[..fallback]) && (inner.Length - fallback <= 4 || IsReference(inner[(fallback + 2)..]));
        foreach (var b in inner)
            if (!ByteClass.IsWord(b) && b is not ((byte)' ' or (byte)'.' or (byte)'-' or (byte)'|' or (byte)':' or (byte)'/' or (byte)'\'' or (byte)'"' or (byte)'(' or (byte)')' or (byte)'[' or (byte)']' or (byte)',' or (byte)'$' or (byte)'@' or (byte)'=' or (byte)'\\')) return false;
        return inner.IndexOfAny((byte)' ', (byte)'.', (byte)'_') >= 0 || !IsRandom(inner);
    }

    /// <summary>What follows a reference in the same value: more text that is no secret by itself.</summary>
    private static bool IsPart(ReadOnlySpan<byte> rest) => rest.Length < 8 || !IsRandom(rest);

    public static bool IsIdentifier(ReadOnlySpan<byte> v)
    {
        foreach (var b in v)
            if (!ByteClass.IsAlphanumeric(b) && b is not ((byte)'_' or (byte)'.' or (byte)'-')) return false;
        return v.Length > 0;
    }

    /// <summary>Looks drawn at random: enough distinct characters, digits among letters or many case changes, and no long words.</summary>
    public static bool IsRandom(ReadOnlySpan<byte> value, float entropy = 3.0f)
    {
        if (value.Length < 8) return false;
        int digits = 0, letters = 0, changes = 0, others = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var b = value[i];
            if (ByteClass.IsDigit(b)) digits++;
            else if (ByteClass.IsLetter(b))
            {
                letters++;
                if (i > 0 && ByteClass.IsLetter(value[i - 1]) && (b ^ value[i - 1]) >> 5 != 0 && ((b & 0x20) != (value[i - 1] & 0x20))) changes++;
            }
            else others++;
        }
        if (others * 2 > value.Length || IsSection(value, letters)) return false;
        var needed = Math.Min(entropy, MathF.Log2(value.Length) - 0.8f);
        if (Entropy(value) < needed) return false;
        if (digits > 0 && letters > 0) return !LooksLikeWords(value, digits);
        if (digits == 0) return changes * 4 >= value.Length && value.Length >= 16 && !IsCamelCase(value);
        return false;
    }

    /// <summary>"T1134.001", "v10.0.19041.1": numbers with dots, and a letter or two in front.</summary>
    private static bool IsSection(ReadOnlySpan<byte> value, int letters)
    {
        if (letters > 2 || value.IndexOf((byte)'.') < 0) return false;
        for (var i = letters; i < value.Length; i++)
            if (!ByteClass.IsDigit(value[i]) && value[i] != '.') return false;
        return true;
    }

    /// <summary>"firstKeySecretHash": parts of three letters and more on average, each but its first letter in lower case.</summary>
    private static bool IsCamelCase(ReadOnlySpan<byte> value)
    {
        var parts = 1;
        for (var i = 1; i < value.Length; i++)
        {
            if (!ByteClass.IsUpper(value[i])) continue;
            if (ByteClass.IsUpper(value[i - 1])) return false;
            parts++;
        }
        return value.Length >= parts * 4;
    }

    /// <summary>Words joined by separators, camel case or a trailing number ("my-cluster-2", "us-east-1", "Version2"): no randomness.</summary>
    public static bool LooksLikeWords(ReadOnlySpan<byte> value, int digits)
    {
        // Count places where the class changes between letter and digit: random text changes often, names with a number once or twice.
        var changes = 0;
        var longestWord = 0;
        var word = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var letter = ByteClass.IsLetter(value[i]);
            if (i > 0 && ByteClass.IsDigit(value[i]) != ByteClass.IsDigit(value[i - 1])) changes++;
            var continues = letter && word > 0 && (ByteClass.IsLower(value[i]) || ByteClass.IsUpper(value[i - 1]));
            word = letter ? continues ? word + 1 : 1 : 0;
            longestWord = Math.Max(longestWord, word);
        }
        if (digits <= 4 && changes <= 2) return !IsMixedCase(value);
        return longestWord >= 7 && changes <= 4 && HasVowelPattern(value);
    }

    /// <summary>
    /// <c>x86_avx2_gather_pd</c>, <c>NL80211_ATTR_TIMEOUT</c>: three parts or more between underscores, all in one case, each letters with a number or two.
    /// </summary>
    public static bool IsSnakeCase(ReadOnlySpan<byte> value)
    {
        int parts = 0, changes = 0, length = 0;
        bool upper = false, lower = false;
        for (var i = 0; i <= value.Length; i++)
        {
            if (i < value.Length && value[i] != '_')
            {
                if (!ByteClass.IsAlphanumeric(value[i])) return false;
                upper |= ByteClass.IsUpper(value[i]);
                lower |= ByteClass.IsLower(value[i]);
                if (length++ > 0 && ByteClass.IsDigit(value[i]) != ByteClass.IsDigit(value[i - 1])) changes++;
                continue;
            }
            if (changes > 3 || length > 16) return false;
            if (length > 0) parts++;
            changes = length = 0;
        }
        return parts >= 3 && upper != lower;
    }

    /// <summary>Capitals and small letters change places so often that no camel-case name is this.</summary>
    private static bool IsMixedCase(ReadOnlySpan<byte> value)
    {
        int rises = 0, falls = 0;
        for (var i = 1; i < value.Length; i++)
        {
            if (ByteClass.IsLower(value[i - 1]) && ByteClass.IsUpper(value[i])) rises++;
            else if (ByteClass.IsUpper(value[i - 1]) && ByteClass.IsUpper(value[i])) falls++;
        }
        return value.Length >= 16 && rises >= 4 && falls >= 1 && value.Length < (rises + 1) * 5;
    }

    private static bool HasVowelPattern(ReadOnlySpan<byte> value)
    {
        int vowels = 0, letters = 0;
        foreach (var b in value)
        {
            if (!ByteClass.IsLetter(b)) continue;
            letters++;
            if ((b | 0x20) is 'a' or 'e' or 'i' or 'o' or 'u') vowels++;
        }
        return letters > 0 && vowels * 100 / letters is >= 28 and <= 55;
    }

    public static bool HasDigitAndLetterMix(ReadOnlySpan<byte> value)
    {
        bool digit = false, letter = false;
        foreach (var b in value)
        {
            digit |= ByteClass.IsDigit(b);
            letter |= ByteClass.IsLetter(b);
        }
        return digit && letter;
    }

    private static int DistinctLetters(ReadOnlySpan<byte> value, out int longestRun)
    {
        UInt128 seen = 0;
        longestRun = 0;
        var run = 0;
        for (var i = 0; i < value.Length; i++)
        {
            seen |= UInt128.One << (value[i] & 127);
            run = i > 0 && value[i] == value[i - 1] ? run + 1 : 1;
            longestRun = Math.Max(longestRun, run);
        }
        return BitOperations.PopCount((ulong)seen) + BitOperations.PopCount((ulong)(seen >> 64));
    }

    /// <summary>
    /// A word that documentation writes where a value goes. INVARIANT: what stands beside the word must not be a value itself; <c>example-Xy7kP2q9vL4w</c> is one.
    /// </summary>
    private static bool HasPlaceholderWord(ReadOnlySpan<byte> v)
    {
        if (v.IndexOf("..."u8) >= 0 && v.Length <= 24) return true;
        foreach (var word in PlaceholderWords)
        {
            var at = IndexOfFolded(v, word);
            if (at >= 0 && !HoldsValue(v[..at]) && !HoldsValue(v[(at + word.Length)..])) return true;
        }
        if (v.Length is >= 20 and <= 80 && (ByteClass.ContainsFolded(v, "abcdefghijkl"u8) || v.IndexOf("1234567890123456"u8) >= 0)) return true;
        return (StartsWithFolded(v, "your"u8) && !HoldsValue(v[4..])) || (StartsWithFolded(v, "my_"u8) && !HoldsValue(v[3..])) || (v[0] == '<' && v.IndexOf((byte)'>') < 0);
    }

    private static readonly byte[][] PlaceholderWords =
        ["example"u8.ToArray(), "placeholder"u8.ToArray(), "changeme"u8.ToArray(), "redacted"u8.ToArray(), "replace_me"u8.ToArray(), "replaceme"u8.ToArray(), "insert_"u8.ToArray(), "todo_"u8.ToArray()];

    private static bool HoldsValue(ReadOnlySpan<byte> rest) => rest.Length >= 12 && IsRandom(rest, 3.2f);

    private static int IndexOfFolded(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        for (var i = 0; i + lower.Length <= text.Length; i++)
            if ((text[i] | 0x20) == lower[0] && ByteClass.EqualsFolded(text.Slice(i, lower.Length), lower)) return i;
        return -1;
    }

    private static bool StartsWithFolded(ReadOnlySpan<byte> v, ReadOnlySpan<byte> lower) =>
        v.Length >= lower.Length && ByteClass.EqualsFolded(v[..lower.Length], lower);
}
