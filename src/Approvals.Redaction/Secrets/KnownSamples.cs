using System.Collections.Frozen;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>Values that vendors publish as samples. Only the exact value is excused.</summary>
internal static class KnownSamples
{
    private static readonly FrozenSet<string> Values = Load();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Values.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool Contains(ReadOnlySpan<byte> value)
    {
        if (value.Length is < 8 or > 128) return false;
        Span<char> chars = stackalloc char[value.Length];
        for (var i = 0; i < value.Length; i++)
        {
            if (ByteClass.IsHigh(value[i])) return false;
            chars[i] = (char)value[i];
        }
        return Lookup.Contains(chars);
    }

    private static FrozenSet<string> Load()
    {
        using var reader = new StreamReader(typeof(KnownSamples).Assembly.GetManifestResourceStream("Approvals.Redaction.Secrets.KnownSamples.txt")!);
        var values = new List<string>();
        while (reader.ReadLine() is { } line)
            if (line.Length > 0 && line[0] != '#') values.Add(line);
        return values.ToFrozenSet(StringComparer.Ordinal);
    }
}
