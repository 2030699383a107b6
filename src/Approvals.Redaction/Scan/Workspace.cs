using System.Buffers;
using Approvals.Redaction.Json;
using Approvals.Redaction.Prose;

namespace Approvals.Redaction.Scan;

/// <summary>Buffers one call needs. Kept by the redactor between calls, taken by one call at a time.</summary>
internal sealed class Workspace(Rules.RuleBook rules)
{
    public Disguise.Disguises Disguises { get; } = new(rules);

    public CharacterMasks Masks { get; } = new();

    public HitBuffer Hits { get; } = new();

    public Secrets.KeyMeanings Names { get; } = new();

    /// <summary>Values found elsewhere in the document: they are found again wherever they stand.</summary>
    public List<(byte[] Value, int Rule)> Known { get; } = [];

    /// <summary>Hits of a second look at the masked text.</summary>
    public HitBuffer Again { get; } = new();

    /// <summary>Hits in cells of a table.</summary>
    public HitBuffer Cells { get; } = new();

    /// <summary>Hits of a stretch of a long text while it is looked at again, and those of all such stretches.</summary>
    public HitBuffer Window { get; } = new();

    public HitBuffer Settled { get; } = new();

    public FixedPoint FixedPoint { get; } = new(rules);

    public NearbyKeywords Nearby { get; } = new();

    public Needles Needles { get; } = new();

    public Rules.PatternRuns Runs { get; } = new();

    public Word[] Words { get; } = new Word[8192];

    public JsonPath Path { get; } = new();

    public byte[] Bytes { get; private set; } = new byte[4096];

    public byte[] Buffer(int size)
    {
        if (Bytes.Length < size) Bytes = new byte[Math.Max(size, Bytes.Length * 2)];
        return Bytes;
    }
}
