using System.Collections.Frozen;
using System.Text;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>
/// Keys of services that give them no shape: a random-looking word shortly after the service's name. Digests and identifiers look the same, so
/// hex and UUIDs need an assignment whose name does not announce one.
/// </summary>
internal static class Vendors
{
    public const int Shortest = 16;
    private const int Longest = 512;

    public static readonly IReadOnlyCollection<string> Names = Load();

    /// <summary>Folded hashes of the names.</summary>
    public static readonly FrozenSet<uint> Hashes = Names.Select(n => ByteClass.FoldedHash(Encoding.UTF8.GetBytes(n))).ToFrozenSet();

    private static readonly FrozenSet<uint> Identifiers = Prose.Cues.Set("id ids uuid guid sha sha1 sha256 sha512 md5 hash digest checksum commit rev revision ref etag integrity request trace span version tag image build name user username "
        + "email account url uri host path file node instance resource message event order date time");

    public static void AtToken(in ScanText text, int start, ReadOnlySpan<byte> before)
    {
        var bytes = text.Bytes;
        var previous = start > 0 ? bytes[start - 1] : (byte)' ';
        if (previous is (byte)'/' or (byte)'.' or (byte)'#' or (byte)'@' or (byte)'-' or (byte)'+' or (byte)'%' or (byte)'&' or (byte)'\\' or (byte)'?') return;
        var end = start;
        var limit = Math.Min(bytes.Length, start + Longest);
        while (end < limit && (ByteClass.IsAlphanumeric(bytes[end]) || bytes[end] is (byte)'_' or (byte)'-')) end++;
        while (end > start && bytes[end - 1] is (byte)'-' or (byte)'_') end--;
        var next = text.At(end);
        if (end - start is < Shortest or >= Longest || next is (byte)'/' or (byte)'@' or (byte)'(' or (byte)'.' && ByteClass.IsAlphanumeric(text.At(end + 1))) return;
        var value = bytes[start..end];
        if (text.Hits.Covers(start, end) || Plausibility.IsPlaceholder(value) || KnownSamples.Contains(value) || Plausibility.IsSnakeCase(value) || !Plausibility.IsRandom(value, 3f)) return;
        var operated = before.TrimEnd(" \t\"'`\\{"u8);
        var assigned = (operated.Length > 0 && operated[^1] is (byte)'=' or (byte)':' or (byte)'>' or (byte)'(') || (text.IsValue && start == 0);
        if (assigned && NamesIdentifier(start == 0 ? text.Key : operated)) return;
        // "runscope 123e4567-…": nothing but a blank between the name and its key.
        if (!assigned && previous == ' ' && EndsWithName(operated)) assigned = true;
        if (!assigned && (value.IndexOfAnyExcept(HexAndHyphen) < 0 || Plausibility.Entropy(value) < 3.5f)) return;
        text.Add(start, end, BuiltIn.VendorSecret);
    }

    private static bool EndsWithName(ReadOnlySpan<byte> before)
    {
        var start = before.Length;
        while (start > 0 && ByteClass.IsAlphanumeric(before[start - 1])) start--;
        return start < before.Length && Hashes.Contains(ByteClass.FoldedHash(before[start..]));
    }

    private static bool NamesIdentifier(ReadOnlySpan<byte> before)
    {
        var end = before.Length;
        while (end > 0 && !ByteClass.IsWord(before[end - 1])) end--;
        var start = end;
        while (start > 0 && (ByteClass.IsWord(before[start - 1]) || before[start - 1] == '-')) start--;
        var last = false;
        foreach (var hash in new WordHashes(before[start..end])) last = Identifiers.Contains(hash);
        return last;
    }

    private static readonly System.Buffers.SearchValues<byte> HexAndHyphen = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF-"u8);

    private static HashSet<string> Load()
    {
        using var reader = new StreamReader(typeof(Vendors).Assembly.GetManifestResourceStream("Approvals.Redaction.Secrets.Vendors.txt")!);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            foreach (var name in line.Split(' ', StringSplitOptions.RemoveEmptyEntries)) names.Add(name);
        }
        return names;
    }
}
