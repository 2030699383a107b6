using System.Buffers;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Identifiers;

/// <summary>
/// Web addresses that say who somebody is: a site named in a sentence or standing alone. Links to a page deep inside a site, and
/// addresses in code, configuration and logs, are what the reviewer needs to see and stay. Hosts of private networks are found anywhere.
/// </summary>
internal static class Urls
{
    private static readonly string[] TopLevels = ["com", "org", "net", "edu", "gov", "io", "co", "info", "biz", "dev", "app", "site", "online", "shop", "me", "tv", "ai", "eu", "uk", "de", "fr", "it", "es", "nl", "be", "ch", "at", "se", "no", "dk", "fi", "pl", "cz", "pt", "ie", "ca", "us", "au", "nz", "jp", "kr", "cn", "in", "br", "mx", "ar", "za", "ru", "il"];

    private static readonly HashSet<uint> TopLevelHashes = [.. TopLevels.Select(t => ByteClass.FoldedHash(System.Text.Encoding.ASCII.GetBytes(t)))];

    private static readonly SearchValues<byte> Deep = SearchValues.Create("?=&%_0123456789"u8);

    private static readonly SearchValues<byte> Technical = SearchValues.Create("{}[];=<>\\|_$`-"u8);

    private static readonly uint[] DomainWords = RuleTable.KeywordHashes(["domain", "domains", "website", "websites", "site", "homepage", "webpage", "url"]);

    public static void Scan(in ScanText text)
    {
        var bytes = text.Bytes;
        // A JSON value that is an address says so by its key; only sentences are read here.
        if (bytes.IndexOf((byte)'.') < 0 || (text.IsValue && bytes.IndexOf((byte)' ') < 0)) return;
        for (var i = 0; i < bytes.Length;)
        {
            var colon = bytes[i..].IndexOf("://"u8);
            if (colon < 0) break;
            var at = i + colon;
            i = at + 3;
            var start = at;
            while (start > 0 && ByteClass.IsLetter(bytes[start - 1])) start--;
            if (!bytes[start..at].StartsWith("http"u8)) continue;
            var end = at + 3;
            while (end < bytes.Length && bytes[end] > ' ' && bytes[end] is not ((byte)'"' or (byte)'\'' or (byte)'<' or (byte)'>' or (byte)')' or (byte)']' or (byte)'}' or (byte)',' or (byte)'\\')) end++;
            while (end > at + 3 && bytes[end - 1] is (byte)'.' or (byte)';' or (byte)'!' or (byte)'?') end--;
            if (NamesSite(bytes[(at + 3)..end]) && InSentence(bytes, start, end)) text.Add(start, end, BuiltIn.Url);
            i = end;
        }
        if (bytes.Length <= 512 && (ContextWords.AnyWord(bytes[..Math.Min(bytes.Length, 64)], DomainWords) || bytes.IndexOf((byte)' ') < 0)) BareDomains(text);
    }

    /// <summary>A host with a dot and a letter top level, and at most a short path of words.</summary>
    private static bool NamesSite(ReadOnlySpan<byte> rest)
    {
        var slash = rest.IndexOfAny((byte)'/', (byte)'?', (byte)'#');
        var host = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? default : rest[slash..];
        var dot = host.LastIndexOf((byte)'.');
        if (dot <= 0 || host.IndexOfAny((byte)':', (byte)'@', (byte)'$') >= 0 || host.Length - dot < 3 || !ByteClass.IsLetter(host[^1])) return false;
        return path.Length <= 24 && path.IndexOfAny(Deep) < 0;
    }

    /// <summary>All there is, or between words of a sentence rather than in code.</summary>
    private static bool InSentence(ReadOnlySpan<byte> bytes, int start, int end)
    {
        if (start <= 2 && end >= bytes.Length - 2) return true;
        var lineStart = bytes[..start].LastIndexOf((byte)'\n') + 1;
        var before = bytes[lineStart..start];
        return before.Length > 2 && before[^1] == ' ' && ByteClass.IsLetter(before[^2]) && before.IndexOfAny(Technical) < 0 && !before.StartsWith("curl"u8) && !before.StartsWith("GET"u8);
    }

    private static void BareDomains(in ScanText text)
    {
        var bytes = text.Bytes;
        for (var i = 0; i < bytes.Length;)
        {
            var start = i;
            while (i < bytes.Length && bytes[i] > ' ' && bytes[i] != ',') i++;
            var host = bytes[start..i];
            if (host.Length >= 5 && IsDomain(host) && (text.Key.Length == 0 || bytes.Length != host.Length)) text.Add(start, i, BuiltIn.Url, 0.5f);
            while (i < bytes.Length && bytes[i] is <= (byte)' ' or (byte)',') i++;
        }
    }

    private static bool IsDomain(ReadOnlySpan<byte> host)
    {
        var dot = host.LastIndexOf((byte)'.');
        if (dot < 2 || !TopLevelHashes.Contains(ByteClass.FoldedHash(host[(dot + 1)..])) || host.StartsWith("www."u8) && host.IndexOf((byte)'.') == dot) return false;
        foreach (var b in host)
            if (!ByteClass.IsAlphanumeric(b) && b is not ((byte)'.' or (byte)'-')) return false;
        return true;
    }
}
