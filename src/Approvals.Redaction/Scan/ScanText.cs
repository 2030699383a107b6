using Approvals.Redaction.Rules;

namespace Approvals.Redaction.Scan;

/// <summary>A text under scan with everything detectors may look at.</summary>
internal readonly ref struct ScanText
{
    public required ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>JSON key of the value under scan; empty in text.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Key around <see cref="Key"/>.</summary>
    public ReadOnlySpan<byte> ParentKey { get; init; }

    /// <summary>The bytes are one value in a document (a JSON string, a cell), not running text.</summary>
    public bool IsValue { get; init; }

    /// <summary>Short text without a key: it may be nothing but one identifier.</summary>
    public bool MayBeWhole => Key.Length == 0 && Bytes.Length <= LongestWhole;

    private const int LongestWhole = 160;

    /// <summary>Whether names and other personal data are looked for where a key announces them.</summary>
    public bool Prose { get; init; }

    public required CharacterMasks Masks { get; init; }

    public required NearbyKeywords Nearby { get; init; }

    public required Needles Needles { get; init; }

    public required PatternRuns Runs { get; init; }

    public required Secrets.KeyMeanings Names { get; init; }

    public required HitBuffer Hits { get; init; }

    public required RuleBook Rules { get; init; }

    public void Add(int start, int end, int rule) => Hits.Add(start, end, rule, Rules[rule].Confidence);

    public void Add(int start, int end, int rule, float confidence) => Hits.Add(start, end, rule, confidence);

    /// <summary>The byte at a place, or 0 outside the text.</summary>
    public byte At(int index) => (uint)index < (uint)Bytes.Length ? Bytes[index] : (byte)0;
}
