using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>Credentials in command lines: <c>curl -u user:password</c>, and flags whose name announces a secret (<c>--password x</c>).</summary>
internal static class CommandLines
{
    private const int MaximumCommand = 4096;
    private const int LongestFlag = 64;

    public static void AtCurl(in ScanText text, int after)
    {
        var bytes = text.Bytes;
        var stop = Math.Min(bytes.Length, after + MaximumCommand);
        for (var i = after; i + 2 < stop; i++)
        {
            // A command ends at a line end that is not continued.
            if (bytes[i] == '\n' && bytes[i - 1] != '\\' && !(i > 1 && bytes[i - 1] == '\r' && bytes[i - 2] == '\\')) return;
            // So does it at the next command, which is looked at by itself.
            if (bytes[i] == 'c' && bytes[i..].StartsWith("curl "u8)) return;
            if (bytes[i] != '-' || !ByteClass.IsSpace(bytes[i - 1])) continue;
            var value = bytes[(i + 1)..].StartsWith("u"u8) ? i + 2 : bytes[(i + 1)..].StartsWith("-user"u8) ? i + 6 : bytes[(i + 1)..].StartsWith("-proxy-user"u8) ? i + 12 : -1;
            if (value < 0 || value >= stop || bytes[value] is not ((byte)' ' or (byte)'=' or (byte)'"' or (byte)'\'')) continue;
            while (value < stop && bytes[value] is (byte)' ' or (byte)'=') value++;
            UserAndPassword(text, value, stop);
        }
    }

    private static void UserAndPassword(in ScanText text, int start, int stop)
    {
        var bytes = text.Bytes;
        var end = start;
        byte quote = 0;
        while (end < stop && (quote != 0 ? bytes[end] != '\n' : bytes[end] > ' ' && !(bytes[end] == '<' && end > start)))
        {
            if (quote == 0 && bytes[end] is (byte)'"' or (byte)'\'') quote = bytes[end];
            else if (bytes[end] == quote) quote = 0;
            end++;
        }
        var value = bytes[start..end];
        var colon = value.IndexOf((byte)':');
        if (colon < 0 || (value[0] == '<' && value[^1] == '>')) return;
        var user = value[..colon].Trim("\"'"u8);
        var password = value[(colon + 1)..].Trim("\"'"u8);
        // A key alone goes with an empty password ("sk_live_x:"), a token alone with an empty user.
        var secret = password.Length > 0 ? password : user;
        if (secret.Length < 3 || Plausibility.IsPlaceholder(secret) || UrlCredentials.IsStandIn(secret)) return;
        if (password.Length == 0 && secret.Length < 8) return;
        if (password.Length > 0 && user.Length > 0 && Plausibility.IsReference(user) && Plausibility.IsReference(password)) return;
        text.Add(start, end, BuiltIn.CommandLineUser);
    }

    /// <summary>A flag in front of a separate value. <c>--flag=value</c> is an assignment and handled there.</summary>
    public static void AtFlag(in ScanText text, int start)
    {
        var bytes = text.Bytes;
        var end = start;
        // Bounded, so that flags without blanks between them stay linear.
        var longest = Math.Min(bytes.Length, start + LongestFlag);
        while (end < longest && (ByteClass.IsWord(bytes[end]) || bytes[end] == '-')) end++;
        if (end + 1 >= bytes.Length || bytes[end] != ' ' || bytes[end + 1] is (byte)'-' or (byte)' ') return;
        var meaning = text.Names.Of(bytes[start..end]);
        if (meaning is not (KeyMeaning.Password or KeyMeaning.Token)) return;
        var (valueStart, valueEnd) = Assignments.ValueAt(bytes, end + 1);
        Assignments.Consider(text, meaning, valueStart, valueEnd, evenCovered: true);
    }
}
