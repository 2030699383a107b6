using Approvals.Redaction.Prose;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>
/// What stands beside a name such as "password" without being one: code that fetches it, a label that asks for it, a path or type that mentions
/// it. A password may be any text, so only what cannot well be one is turned away.
/// </summary>
internal static class PasswordValues
{
    /// <summary>Before this distance the line has no beginning; nothing is concluded from its quotes then.</summary>
    private const int MaximumLine = 256;

    /// <summary>Whether the value in <paramref name="bytes"/> may be a password. A whole value of a document has no code around it.</summary>
    public static bool IsPlausible(ReadOnlySpan<byte> bytes, int start, int end, bool whole)
    {
        var value = bytes[start..end];
        if (value.Length is < 4 or > 256 || UrlCredentials.IsStandIn(value) || Cues.In(NoValues, value)) return false;
        if (IsAddress(value) || IsEntity(value)) return false;
        var quoted = whole || (start > 0 && bytes[start - 1] is (byte)'"' or (byte)'\'' or (byte)'`');
        if (IsSentence(value)) return false;
        if (!whole && IsListed(bytes, start, end)) return true;
        if (whole && value.IndexOf((byte)' ') < 0) return !IsDottedName(value) && !NamesPassword(value);
        if (NamesPassword(value)) return false;
        if (!quoted) return !IsExpression(bytes, start, end);
        if (!whole && (ClosesString(bytes, start) || JoinsNext(bytes, start, end))) return false;
        return !IsLabel(value);
    }

    /// <summary>"…;Password=x;": in a connection string nothing is code.</summary>
    private static bool IsListed(ReadOnlySpan<byte> bytes, int start, int end)
    {
        if (start == 0 || bytes[start - 1] != '=' || end >= bytes.Length || bytes[end] is not ((byte)';' or (byte)'"' or (byte)'\'') || bytes[start..end].IndexOfAny((byte)'(', (byte)'[', (byte)'.') >= 0) return false;
        var i = start - 1;
        while (i > 0 && bytes[i - 1] == ' ') i--;
        while (i > 0 && start - i < 24 && ByteClass.IsWord(bytes[i - 1])) i--;
        while (i > 0 && bytes[i - 1] == ' ') i--;
        return i > 0 && bytes[i - 1] is (byte)';' or (byte)'"' && bytes[end] != bytes[i - 1];
    }

    /// <summary>A web address or resource name. Credentials inside one are found by their own rules.</summary>
    private static bool IsAddress(ReadOnlySpan<byte> value)
    {
        if (value.StartsWith("http://"u8) || value.StartsWith("https://"u8) || value.StartsWith("arn:"u8) || value.StartsWith("./"u8) || value.StartsWith("../"u8)) return true;
        // Words between slashes: "cms/sites/passwords#edit", "/en/account/reset".
        if (value.IndexOf((byte)'/') < 0) return false;
        var segment = 0;
        foreach (var b in value)
        {
            if (b is (byte)'/' or (byte)'-' or (byte)'_' or (byte)'.' or (byte)'#' or (byte)':')
            {
                segment = 0;
                continue;
            }
            // "projects/12345/secrets/my-key/versions/1": numbers too, where the path is deep.
            if (ByteClass.IsDigit(b) && value.Count((byte)'/') >= 3) continue;
            if (!ByteClass.IsLower(b) && !(segment == 0 && ByteClass.IsUpper(b))) return value[0] == '/' && value.Count((byte)'/') >= 2;
            segment++;
        }
        return true;
    }

    private static bool IsEntity(ReadOnlySpan<byte> value) => value.StartsWith("&lt;"u8) && value.IndexOf("&gt;"u8) > 0;

    /// <summary>"edit_password", "#user-password", "passwordField": the name of one, not one.</summary>
    private static bool NamesPassword(ReadOnlySpan<byte> value)
    {
        var joined = true;
        foreach (var b in value)
        {
            if (ByteClass.IsDigit(b) || b is (byte)'@' or (byte)'$' or (byte)'%' or (byte)'&' or (byte)'^' or (byte)'~' || ByteClass.IsHigh(b)) return false;
            joined &= ByteClass.IsLower(b);
        }
        if (joined) return ByteClass.EqualsFolded(value, "newpassword"u8) || ByteClass.EqualsFolded(value, "userpassword"u8) || ByteClass.EqualsFolded(value, "oldpassword"u8) || ByteClass.EqualsFolded(value, "dbpassword"u8);
        return ByteClass.ContainsFolded(value, "password"u8) || ByteClass.ContainsFolded(value, "passwd"u8) || ByteClass.ContainsFolded(value, "passphrase"u8)
            || (value[0] is (byte)'#' or (byte)'.' && value[1..].IndexOfAnyExcept(NameBytes) < 0);
    }

    /// <summary>The quote before the value ends a string that began before the name: <c>"password: " + x</c>.</summary>
    private static bool ClosesString(ReadOnlySpan<byte> bytes, int start)
    {
        var quote = bytes[start - 1];
        if (start > 1 && bytes[start - 2] == '\\') return false;
        var lowest = Math.Max(0, start - 1 - MaximumLine);
        var line = bytes[lowest..(start - 1)];
        var newline = line.LastIndexOfAny((byte)'\n', (byte)'\r');
        if (newline < 0 && lowest > 0) return false;
        line = line[(newline + 1)..];
        var count = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != quote || (i > 0 && line[i - 1] == '\\')) continue;
            // An apostrophe inside a word is no quote.
            if (quote == '\'' && i > 0 && i + 1 < line.Length && ByteClass.IsLetter(line[i - 1]) && ByteClass.IsLetter(line[i + 1])) continue;
            count++;
        }
        return (count & 1) == 1;
    }

    /// <summary><c>"application:" + key</c>: the literal is only what stands before the value.</summary>
    private static bool JoinsNext(ReadOnlySpan<byte> bytes, int start, int end)
    {
        if (bytes[end - 1] is not ((byte)':' or (byte)'=' or (byte)' ' or (byte)'/')) return false;
        var i = end + 1;
        while (i < bytes.Length && bytes[i] == ' ') i++;
        return i < bytes.Length && bytes[i] is (byte)'+' or (byte)'.' or (byte)'&' && start < end;
    }

    /// <summary>
    /// "Le document a un titre", "文档有标题": running text, as message catalogues have it under "pass". It has three words or more and begins with a capital, ends
    /// in a full stop or is not in ASCII; with digits it has four. A passphrase of small words stays one.
    /// </summary>
    private static bool IsSentence(ReadOnlySpan<byte> value)
    {
        // A name at the beginning that is masked by now was a capital.
        var capital = ByteClass.IsUpper(value[0]) || (value[0] == '[' && WordHashes.MaskLength(value) > 0);
        var blanks = value.Count((byte)' ');
        var high = 0;
        foreach (var b in value)
            if (ByteClass.IsHigh(b)) high++;
        var digits = value.ContainsAnyInRange((byte)'0', (byte)'9');
        if (high * 2 > value.Length && (!digits || blanks > 0)) return true;
        return blanks >= (digits ? 3 : 2) && (high > 0 || capital || value[^1] == '.' || value.IndexOf("${"u8) >= 0 || value.IndexOf((byte)'\'') >= 0)
            || blanks >= 1 && high > 0 && !digits && value.IndexOfAnyExcept(SentenceBytes) < 0;
    }

    private static readonly System.Buffers.SearchValues<byte> SentenceBytes = System.Buffers.SearchValues.Create([.. "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,:;!?()'-"u8, .. Enumerable.Range(128, 128).Select(i => (byte)i)]);

    /// <summary>A sentence or label: "Enter your code", "This field is required".</summary>
    private static bool IsLabel(ReadOnlySpan<byte> value)
    {
        if (value.IndexOf((byte)' ') < 0) return false;
        int words = 0, function = 0, word = 0;
        for (var i = 0; i <= value.Length; i++)
        {
            var b = i < value.Length ? value[i] : (byte)' ';
            if (b == ' ')
            {
                if (i > word)
                {
                    words++;
                    var trimmed = value[word..i].Trim(".,:!?()"u8);
                    if (Cues.In(Cues.Function, trimmed) || Cues.In(LabelWords, trimmed)) function++;
                }
                word = i + 1;
            }
            else if (!ByteClass.IsLetter(b) && !ByteClass.IsHigh(b) && b is not ((byte)'.' or (byte)',' or (byte)':' or (byte)'!' or (byte)'?' or (byte)'\'' or (byte)'(' or (byte)')' or (byte)'-'))
            {
                return words >= 3 && function >= 2;
            }
        }
        return function > 0 || words >= 6;
    }

    /// <summary>Many kinds of marks among letters, as password generators write them; no pattern, path or markup.</summary>
    public static bool IsSymbolRich(ReadOnlySpan<byte> value)
    {
        if (value.Length < 12 || value.IndexOf((byte)'\\') >= 0 || value.IndexOf("a-z"u8) >= 0 || value.IndexOf("://"u8) >= 0) return false;
        ulong kinds = 0;
        var letters = 0;
        foreach (var b in value)
        {
            if (ByteClass.IsLetter(b) || ByteClass.IsDigit(b)) letters++;
            else kinds |= 1UL << (b & 63);
        }
        return letters * 3 >= value.Length && System.Numerics.BitOperations.PopCount(kinds) >= 6 && Plausibility.Entropy(value) >= 3.5f;
    }

    /// <summary>A call, an index or a member of something: <c>foo(</c>, <c>$_POST[</c>, <c>config.db.password</c>.</summary>
    public static bool IsCode(ReadOnlySpan<byte> bytes, int start, int end)
    {
        var value = bytes[start..end];
        if (start > 0 && bytes[start - 1] is (byte)'"' or (byte)'\'' or (byte)'`') return false;
        // "{0}\\{1:x}", "/^[a-z]+$/": a format or an expression.
        if (value[0] == '/' && value.Length > 1 && value[1] is (byte)'^' or (byte)'[' or (byte)'(') return true;
        var name = value[0] is (byte)'$' or (byte)'@' or (byte)':' ? 1 : 0;
        var i = name;
        while (i < value.Length && (ByteClass.IsWord(value[i]) || value[i] is (byte)'.' or (byte)'-' or (byte)'>' or (byte)'?')) i++;
        if (i > name && i < value.Length && value[i] is (byte)'(' or (byte)'[' or (byte)'{' or (byte)'<') return true;
        if (i > name && i == value.Length && end < bytes.Length && bytes[end] is (byte)'(' or (byte)'[') return true;
        return IsDottedName(value) || IsTypeName(value);
    }

    /// <summary>Without quotes: code, a variable, a type, or running text.</summary>
    private static bool IsExpression(ReadOnlySpan<byte> bytes, int start, int end)
    {
        var value = bytes[start..end];
        if (value[0] is (byte)'(' or (byte)'*' or (byte)'[' or (byte)'+' or (byte)'/' or (byte)',' or (byte)'.' or (byte)'|' or (byte)'\\' or (byte)'=' || value.StartsWith("--"u8)) return true;
        if (value[0] == '{' && !IsSymbolRich(value)) return true;
        if (value[0] == '&' && value.Length > 1 && ByteClass.IsLetter(value[1])) return true;
        if (IsCode(bytes, start, end)) return true;
        // A comparison in script; padding stands at the end.
        if (value.IndexOf("=="u8) is var equal and >= 0 && equal + 2 < value.Length) return true;
        // "CheckPass := Err_NoErr": Pascal and Go; in a makefile a password holds a digit as a rule.
        var before = bytes[..start].TrimEnd((byte)' ');
        if (before.EndsWith(":="u8) && !value.ContainsAnyInRange((byte)'0', (byte)'9')) return true;
        var name = value[0] is (byte)'$' or (byte)'@' or (byte)':' ? 1 : 0;
        var next = end < bytes.Length ? bytes[end] : (byte)'\n';
        var letters = value[name..].IndexOfAnyExcept(NameBytes) < 0;
        if (!letters) return false;
        if (name == 1) return true;
        if (next is (byte)')' or (byte)',' or (byte)';') return true;
        var spaced = start > 0 && bytes[start - 1] == ' ';
        // "password: must be long": more words on the line.
        if (spaced && next == ' ' && end + 1 < bytes.Length && (ByteClass.IsLetter(bytes[end + 1]) || bytes[end + 1] is (byte)'|' or (byte)'=' or (byte)'?' or (byte)'&' or (byte)'+')) return true;
        return false;
    }

    /// <summary><c>Uint8Array</c>, <c>JWTDecryptGetKey</c>, <c>self._lib.NID_key</c>: a name in a program, whose last word is the kind of thing it is.</summary>
    private static bool IsTypeName(ReadOnlySpan<byte> value)
    {
        var last = 0u;
        var parts = 0;
        foreach (var b in value)
            if (!ByteClass.IsAlphanumeric(b) && b is not ((byte)'_' or (byte)'.')) return false;
        if (value.EndsWith("Array"u8) || value.EndsWith("Buffer"u8)) return true;
        var hashes = new WordHashes(value);
        while (hashes.MoveNext())
        {
            if (hashes.IsWhole) continue;
            last = hashes.Current;
            parts++;
        }
        return parts >= 2 && TypeWords.Contains(last);
    }

    private static readonly System.Collections.Frozen.FrozenSet<uint> TypeWords = Cues.Set("array buffer string bytes key keys token tokens secret secrets credential credentials password passwords handler provider factory options option config configuration settings manager service client request response "
        + "type types object value values input output result error exception details ttl cbc gcm info context callback function method field name id reader writer stream builder helper interface listener store");

    /// <summary><c>config.db.password</c>, <c>user->secret</c>, <c>Config::value</c>: two or more names without digits, joined.</summary>
    private static bool IsDottedName(ReadOnlySpan<byte> value)
    {
        int segment = 0, segments = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var b = value[i];
            if (ByteClass.IsLetter(b) || b is (byte)'_' or (byte)'$')
            {
                segment++;
                continue;
            }
            var joint = b == '.' ? 1 : i + 1 < value.Length && (b == '-' && value[i + 1] == '>' || b == ':' && value[i + 1] == ':' || b == '?' && value[i + 1] == '.') ? 2 : 0;
            if (joint == 0 || segment < 2) return false;
            segments++;
            segment = 0;
            i += joint - 1;
        }
        return segments >= 1 && segment >= 2;
    }

    private static readonly System.Buffers.SearchValues<byte> NameBytes = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"u8);

    private static readonly System.Collections.Frozen.FrozenSet<uint> NoValues = Cues.Set("true false null none nil undefined string str bool boolean int integer number object any unknown void optional required "
        + "securestring secretstr varchar text char byte bytes var let const self this func function return input stdin prompt env environ default empty blank dummy lambda async await fake_password fakepassword fakesecret somefakekey notasecret nopassword");

    private static readonly System.Collections.Frozen.FrozenSet<uint> LabelWords = Cues.Set("enter enters type required invalid forgot new old current confirm wrong missing incorrect no reset show hide change choose create set must should cannot error weak strong minimum maximum characters "
        + "field match matches needed again repeat verify password passwords passphrase expired updated saved copied login sign log user username email mail remember");
}
