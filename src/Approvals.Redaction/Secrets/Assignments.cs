using System.Buffers;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>
/// <c>name = value</c> in every dress: env files, shell, YAML, JSON, XML, headers, code. The operator is the anchor; the name before it
/// says how much the value must look like a secret.
/// </summary>
internal static class Assignments
{
    private const int MaximumValue = 4096;
    private const int LongestOperator = 8;
    private const int MostBlanks = 128;

    private static readonly SearchValues<byte> Delimiters = SearchValues.Create([.. Enumerable.Range(0, 33).Select(i => (byte)i), .. "\"'`,;<&|"u8]);

    public static void AtOperator(in ScanText text, int at)
    {
        var bytes = text.Bytes;
        if (bytes[at] == ':' && text.At(at + 1) != ' ' && IpAddresses_MayBegin(text, at)) Identifiers.IpAddresses.V6(text, at);
        // "=>", "==", ":=", "?=", "::": act on the last character of the operator.
        var next = text.At(at + 1);
        if (next is (byte)'=' or (byte)'>' or (byte)':') return;
        var valueStart = SkipBlanks(bytes, at + 1);
        if (valueStart >= bytes.Length || (bytes[at] == ':' && ByteClass.IsDigit(text.At(at - 1)) && ByteClass.IsDigit(text.At(at + 1)))) return;
        var nameEnd = NameEnd(bytes, at);
        if (nameEnd <= 0) return;
        var nameStart = nameEnd;
        var lowest = Math.Max(0, nameEnd - 64);
        while (nameStart > lowest && (ByteClass.IsWord(bytes[nameStart - 1]) || bytes[nameStart - 1] is (byte)'-' or (byte)'.')) nameStart--;
        if (nameStart == nameEnd || ByteClass.IsDigit(bytes[nameEnd - 1]) && ByteClass.IsDigit(bytes[nameStart])) return;
        var meaning = text.Names.Of(bytes[nameStart..nameEnd]);
        if (meaning == KeyMeaning.None) meaning = NameBefore.Of(text, nameStart, nameEnd);
        if (meaning == KeyMeaning.None)
        {
            var personal = text.Prose ? text.Names.Personal(bytes[nameStart..nameEnd]) : -1;
            if (personal != -1 && bytes[at] is (byte)':' or (byte)'=' && !(bytes[at] == ':' && valueStart == at + 1)) Prose.PersonalKeys.AtValue(text, personal, nameStart, at, valueStart);
            return;
        }
        // "PassT::Result": a scope of C++, Rust or PHP, not a value.
        if (bytes[at] == ':' && bytes[at - 1] == ':' && valueStart == at + 1) return;
        // A closing tag bracket is an operator only where the value follows at once.
        if (bytes[at] == '>' && text.At(at - 1) is not ((byte)'=' or (byte)'-') && (valueStart != at + 1 || IsMarkup(bytes, nameStart, at))) return;
        if (meaning == KeyMeaning.Header) valueStart = SkipScheme(bytes, valueStart);
        if (valueStart >= bytes.Length) return;
        // @"…", r"…", $"…": the mark belongs to the literal.
        if (bytes[valueStart] is (byte)'@' or (byte)'$' or (byte)'r' or (byte)'b' or (byte)'u' or (byte)'f' or (byte)'L' && text.At(valueStart + 1) is (byte)'"' or (byte)'\'') valueStart++;
        var (start, end) = ValueAt(bytes, valueStart);
        if (start == valueStart)
        {
            if (DeclaresType(bytes, nameStart)) return;
            // "{password:e,pass:t}){": in script without blanks a value ends where its braces do.
            if (bytes[at] == ':' && valueStart == at + 1 && nameStart > 0 && bytes[nameStart - 1] is (byte)',' or (byte)'{' && bytes[start..end].IndexOfAny((byte)'}', (byte)'{') is var brace and >= 0) end = start + brace;
        }
        Consider(text, meaning, start, end);
    }

    /// <summary><c>&lt;code&gt;</c> is an element of HTML.</summary>
    private static bool IsMarkup(ReadOnlySpan<byte> bytes, int nameStart, int at) => nameStart > 0 && bytes[nameStart - 1] == '<' && bytes[nameStart..at].SequenceEqual("code"u8);

    /// <summary><c>struct LoopPass : Mixin&lt;…&gt;</c>, <c>using Token = …</c>: a name for a type.</summary>
    private static bool DeclaresType(ReadOnlySpan<byte> bytes, int nameStart)
    {
        if (nameStart < 2 || bytes[nameStart - 1] != ' ') return false;
        var start = nameStart - 1;
        while (start > 0 && nameStart - start < 12 && ByteClass.IsLower(bytes[start - 1])) start--;
        return Prose.Cues.In(TypeKeywords, bytes[start..(nameStart - 1)]);
    }

    private static readonly System.Collections.Frozen.FrozenSet<uint> TypeKeywords = Prose.Cues.Set("struct class interface enum using typename trait namespace record protocol extension typedef");

    /// <summary>"Bearer x", "Basic x", "Api-Token x", also inside quotes: the credential is the second word.</summary>
    private static int SkipScheme(ReadOnlySpan<byte> bytes, int start)
    {
        var i = start;
        if (i < bytes.Length && bytes[i] is (byte)'"' or (byte)'\'') i++;
        var word = i;
        while (i < bytes.Length && (ByteClass.IsLetter(bytes[i]) || bytes[i] == '-')) i++;
        if (i == word || i - word > 16 || i + 1 >= bytes.Length || bytes[i] != ' ') return start;
        while (i < bytes.Length && bytes[i] == ' ') i++;
        return i;
    }

    /// <summary>The whole value of a JSON member or array element whose key is known.</summary>
    public static void WholeValue(in ScanText text)
    {
        var meaning = text.Names.Of(text.Key);
        if (meaning != KeyMeaning.None) Consider(text, meaning, 0, text.Bytes.Length);
    }

    private static bool IpAddresses_MayBegin(in ScanText text, int at) => ByteClass.IsHex(text.At(at + 1)) || text.At(at + 1) == ':';

    public static void Consider(in ScanText text, KeyMeaning meaning, int start, int end, bool evenCovered = false)
    {
        var bytes = text.Bytes;
        if (meaning == KeyMeaning.Header) start = AfterScheme(bytes, start, end);
        // Longer values are formats of their own; the bound keeps a run of assignments linear.
        if (end <= start || end - start > (meaning == KeyMeaning.Password ? 256 : meaning == KeyMeaning.Header ? 2048 : 512)) return;
        var value = bytes[start..end];
        // What is written in escapes alone is looked at when they are undone.
        if (value.Length >= 8 && value[0] == '\\' && value[1] is (byte)'x' or (byte)'u' && value.Count((byte)'\\') * 6 >= value.Length) return;
        if (Plausibility.IsPlaceholder(value) || KnownSamples.Contains(value) || (!evenCovered && text.Hits.Covers(start, end))) return;
        switch (meaning)
        {
            case KeyMeaning.Password when PasswordValues.IsPlausible(bytes, start, end, whole: text.IsValue && start == 0 && end == bytes.Length):
                text.Add(start, end, BuiltIn.Password);
                break;
            case KeyMeaning.Token when value.Length >= 8 && value.IndexOf((byte)' ') < 0 && (Plausibility.IsRandom(value, 2.5f) || PasswordValues.IsSymbolRich(value)) && !Plausibility.IsSnakeCase(value) && !PasswordValues.IsCode(bytes, start, end):
                text.Add(start, end, BuiltIn.NamedSecret);
                break;
            case KeyMeaning.Weak when value.Length >= 16 && value.IndexOf((byte)' ') < 0 && Plausibility.IsRandom(value, 3.3f) && !IsUuid(value) && !Plausibility.IsSnakeCase(value) && value.IndexOf("://"u8) < 0 && !PasswordValues.IsCode(bytes, start, end):
                text.Add(start, end, BuiltIn.NamedSecret, 0.5f);
                break;
            case KeyMeaning.Header when value.Length >= 6 && !IsParameter(bytes, start, end) && value.IndexOf("://"u8) < 0 && value[0] is not ((byte)'$' or (byte)'/' or (byte)'{' or (byte)'<' or (byte)'%') && value.IndexOf((byte)' ') < 0 && !UrlCredentials.IsStandIn(value) && !PasswordValues.IsCode(bytes, start, end) && (HasScheme(bytes, start) ? Checks.IsMixed(value) || KnowsScheme(bytes, start) : Checks.IsMixed(value)):
                text.Add(start, end, BuiltIn.AuthorizationHeader);
                break;
        }
    }

    /// <summary><c>WSSE profile="…"</c>: the name of a parameter (RFC 9110, auth-param), not a credential.</summary>
    private static bool IsParameter(ReadOnlySpan<byte> bytes, int start, int end) =>
        end - start <= 14 && bytes[end - 1] == '=' && bytes[end - 2] != '=' && end < bytes.Length && bytes[end] == '"' && bytes[start..(end - 1)].IndexOfAnyExceptInRange((byte)'a', (byte)'z') < 0;

    private static bool IsUuid(ReadOnlySpan<byte> v) => v.Length == 36 && v[8] == '-' && v[13] == '-' && v[18] == '-' && v[23] == '-';

    /// <summary>"Bearer x", "Basic x", "Token x": the credential after the scheme.</summary>
    private static int AfterScheme(ReadOnlySpan<byte> bytes, int start, int end)
    {
        var i = start;
        while (i < end && ByteClass.IsAlphanumeric(bytes[i])) i++;
        if (i == end || bytes[i] != ' ' || i - start > 16) return start;
        while (i < end && bytes[i] == ' ') i++;
        return i;
    }

    /// <summary>A word and a blank before the credential; without them a name alone is what code writes there.</summary>
    private static bool HasScheme(ReadOnlySpan<byte> bytes, int start) => start > 1 && bytes[start - 1] == ' ' && ByteClass.IsLetter(bytes[start - 2]);

    /// <summary>"Bearer opensesame": after one of these a credential need not look like one.</summary>
    private static bool KnowsScheme(ReadOnlySpan<byte> bytes, int start)
    {
        var before = bytes[..start].TrimEnd((byte)' ');
        var word = before.Length;
        while (word > 0 && (ByteClass.IsAlphanumeric(before[word - 1]) || before[word - 1] == '-')) word--;
        return Prose.Cues.In(Schemes, before[word..]);
    }

    private static readonly System.Collections.Frozen.FrozenSet<uint> Schemes = Prose.Cues.Set("basic bearer digest token apikey api-key key negotiate ntlm hawk oauth bot jwt sso-key genie-key apitoken api-token user");

    private static int SkipBlanks(ReadOnlySpan<byte> bytes, int i)
    {
        while (i < bytes.Length && bytes[i] is (byte)' ' or (byte)'\t') i++;
        return i;
    }

    private static int NameEnd(ReadOnlySpan<byte> bytes, int at)
    {
        var i = at;
        // Bounded, so that a row of operators stays linear: no language has one of more characters.
        for (var lowest = Math.Max(0, i - LongestOperator); i > lowest && bytes[i - 1] is (byte)'=' or (byte)':' or (byte)'>' or (byte)'?' or (byte)'|';) i--;
        for (var lowest = Math.Max(0, i - MostBlanks); i > lowest && bytes[i - 1] is (byte)' ' or (byte)'\t';) i--;
        for (var lowest = Math.Max(0, i - LongestOperator); i > lowest && bytes[i - 1] is (byte)'"' or (byte)'\'' or (byte)'`' or (byte)']' or (byte)'[' or (byte)'\\';) i--;
        return i;
    }

    /// <summary>The value after an operator: inside quotes when it has any, else to the first blank or delimiter.</summary>
    public static (int Start, int End) ValueAt(ReadOnlySpan<byte> bytes, int start)
    {
        if (bytes[start] == '\\' && start + 1 < bytes.Length) start++;
        var quote = bytes[start];
        if (quote is (byte)'"' or (byte)'\'' or (byte)'`')
        {
            var close = start + 1;
            while (close < bytes.Length && close - start < MaximumValue && bytes[close] != quote && bytes[close] is not ((byte)'\n' or (byte)'\r'))
                close += bytes[close] == '\\' && close + 1 < bytes.Length && bytes[close + 1] != quote ? 2 : 1;
            close = Math.Min(close, bytes.Length);
            var end = close;
            while (end > start + 1 && bytes[end - 1] == '\\') end--;
            return (start + 1, end);
        }
        var run = bytes[start..Math.Min(bytes.Length, start + MaximumValue)];
        if (quote == '<')
        {
            if (run.StartsWith("<![CDATA["u8)) return run.IndexOf("]]>"u8) is var close and > 0 ? (start + 9, start + close) : (start, start);
            // "<x>" is a placeholder or a value in disguise; what follows decides.
            var angle = run[..Math.Min(run.Length, 80)].IndexOfAny((byte)'>', (byte)'\n');
            return angle > 0 && run[angle] == '>' ? (start, start + angle + 1) : (start, start);
        }
        var stop = run.IndexOfAny(Delimiters);
        var i = stop < 0 ? start + run.Length : start + stop;
        while (i > start && bytes[i - 1] is (byte)')' or (byte)':' or (byte)'}' or (byte)']' or (byte)'.' or (byte)'\\' && bytes[start] is not ((byte)'[' or (byte)'{' or (byte)'(')) i--;
        return (start, i);
    }
}
