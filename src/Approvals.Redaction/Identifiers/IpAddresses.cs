using System.Buffers;
using System.Net;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Identifiers;

/// <summary>IPv4 in dotted decimals and IPv6 (RFC 4291). Loopback, unspecified and documentation addresses are nobody's and are left alone.</summary>
internal static class IpAddresses
{
    public static bool V4(in ScanText text, ReadOnlySpan<int> starts, ReadOnlySpan<int> ends)
    {
        var bytes = text.Bytes;
        if (starts.Length > 4 && bytes[ends[3]] == '.') return false;
        Span<int> octets = stackalloc int[4];
        octets.Clear();
        for (var i = 0; i < 4; i++)
        {
            var n = ends[i] - starts[i];
            if (n > 3 || (i < 3 && (starts[i + 1] != ends[i] + 1 || bytes[ends[i]] != '.'))) return false;
            for (var at = starts[i]; at < ends[i]; at++) octets[i] = octets[i] * 10 + bytes[at] - '0';
            if (octets[i] > 255 || (n > 1 && bytes[starts[i]] == '0')) return false;
        }
        if (text.At(starts[0] - 1) is (byte)'.' or (byte)'-' || ByteClass.IsWord(text.At(starts[0] - 1)) || ByteClass.IsWord(text.At(ends[3]))) return false;
        // A version number ("v=1.2.3.4", "4.0.0.0") is no address; nor are loopback, "any" and netmasks.
        if (octets[0] is 0 or 127 || (octets[0] == 255 && octets[1] == 255)) return true;
        if (octets[1] == 0 && octets[2] == 0 && octets[3] == 0) return true;
        if (VersionBefore(text, starts[0])) return true;
        text.Add(starts[0], ends[3], BuiltIn.IpV4);
        return true;
    }

    private static readonly uint[] VersionWords = RuleTable.KeywordHashes(["version", "ver", "assembly", "fileversion"]);

    private static bool VersionBefore(in ScanText text, int start)
    {
        var before = text.Bytes[Math.Max(0, start - 12)..start];
        return (before.ContainsAny(VersionLetters) && ContextWords.AnyWord(before, VersionWords)) || ContextWords.AnyWord(text.Key, VersionWords);
    }

    /// <summary>One of these stands in each of the words.</summary>
    private static readonly SearchValues<byte> VersionLetters = SearchValues.Create("vVyY"u8);

    /// <summary>Tries an IPv6 address around a colon; returns its end, or the place after the colon.</summary>
    public static int V6(in ScanText text, int colon)
    {
        var bytes = text.Bytes;
        var start = colon;
        var lowest = Math.Max(0, colon - 4);
        while (start > lowest && ByteClass.IsHex(bytes[start - 1])) start--;
        if (start > 0 && (ByteClass.IsWord(bytes[start - 1]) || bytes[start - 1] is (byte)':' or (byte)'.')) return colon + 1;
        var end = colon;
        var colons = 0;
        var highest = Math.Min(bytes.Length, start + 45);
        while (end < highest && (ByteClass.IsHex(bytes[end]) || bytes[end] is (byte)':' or (byte)'.'))
        {
            if (bytes[end] == ':') colons++;
            end++;
        }
        while (end > colon && bytes[end - 1] is (byte)'.' || (end > colon + 2 && bytes[end - 1] == ':' && bytes[end - 2] != ':')) end--;
        if (colons < 2 || end - start < 6 || (end < bytes.Length && ByteClass.IsWord(bytes[end]))) return colon + 1;
        if (colons < 7 && bytes[start..end].IndexOf("::"u8) < 0) return colon + 1;
        if (!IPAddress.TryParse(System.Text.Encoding.ASCII.GetString(bytes[start..end]), out var address) || IPAddress.IsLoopback(address)) return colon + 1;
        text.Add(start, end, BuiltIn.IpV6);
        return end;
    }
}
