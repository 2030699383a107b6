using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary><c>scheme://user:password@host</c> (RFC 3986 userinfo): the password, or a lone token before the <c>@</c>.</summary>
internal static class UrlCredentials
{
    private const int MaximumLength = 160;

    public static void AtSign(in ScanText text, int at)
    {
        var bytes = text.Bytes;
        var lowest = Math.Max(0, at - MaximumLength);
        var i = at;
        var colon = -1;
        while (i > lowest && bytes[i - 1] > ' ' && bytes[i - 1] is not ((byte)'"' or (byte)'<' or (byte)'>' or (byte)'`'))
        {
            i--;
            if (bytes[i] == ':') colon = i;
            if (bytes[i] == '/' && i > 1 && bytes[i - 1] == '/' && bytes[i - 2] == ':') break;
        }
        if (i <= 2 || bytes[i] != '/' || bytes[i - 1] != '/') return;
        var user = i + 1;
        if (at + 1 >= bytes.Length || !(ByteClass.IsWord(bytes[at + 1]) || bytes[at + 1] is (byte)'[' or (byte)'$' or (byte)'{')) return;
        // The first colon after the scheme separates user from password.
        colon = bytes[user..at].IndexOf((byte)':');
        // A path or query before the colon: the authority has ended, and what follows is no userinfo.
        if (colon > 0 && bytes.Slice(user, colon).IndexOfAny((byte)'/', (byte)'?') >= 0) return;
        var start = colon >= 0 ? user + colon + 1 : user;
        var value = bytes[start..at];
        if (value.IndexOf((byte)'/') >= 0 && colon < 0) return;
        if (value.Length < 3 || Plausibility.IsPlaceholder(value)) return;
        if (colon < 0 && (value.Length < 16 || !Plausibility.IsRandom(value, 3f))) return;
        if (colon >= 0 && IsStandIn(value)) return;
        text.Add(start, at, BuiltIn.UrlCredentials);
    }

    /// <summary>Words that documentation writes where a password goes.</summary>
    public static bool IsStandIn(ReadOnlySpan<byte> v) =>
        ByteClass.EqualsFolded(v, "password"u8) || ByteClass.EqualsFolded(v, "pass"u8) || ByteClass.EqualsFolded(v, "passwd"u8) || ByteClass.EqualsFolded(v, "pwd"u8)
        || ByteClass.EqualsFolded(v, "secret"u8) || ByteClass.EqualsFolded(v, "token"u8) || ByteClass.EqualsFolded(v, "port"u8) || ByteClass.EqualsFolded(v, "test"u8);
}
