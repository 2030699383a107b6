namespace Approvals.Redaction.Rules;

/// <summary>How much company a match needs before it counts.</summary>
internal enum Reach
{
    /// <summary>Stands on its own anywhere: an unmistakable prefix or a strong checksum.</summary>
    Anywhere,

    /// <summary>Counts when it is the whole text or value, or when a keyword is near.</summary>
    WholeValue,

    /// <summary>Counts only with a keyword near.</summary>
    Keyword,
}

/// <summary>One rule of the table: format, checks, and the company it needs.</summary>
internal sealed class Rule
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    public required float Confidence { get; init; }

    /// <summary>Null for rules whose matching is written out in code (mail addresses, assignments, names …).</summary>
    public Pattern? Pattern { get; init; }

    public Reach Reach { get; init; }

    /// <summary>The words one of which must be near.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Sorted folded hashes of the words.</summary>
    public uint[] Keywords => field ??= RuleTable.KeywordHashes(Words);

    /// <summary>Number of the rule in its book; set when the book is built.</summary>
    public int Index { get; set; }

    /// <summary>Its bit in sets of rules; set when the book is built, -1 for rules that are in none.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Its place among the rules that are tried only where their needle stands ahead; -1 for others.</summary>
    public int NeedleIndex { get; set; } = -1;

    public ValueCheck? Check { get; init; }

    /// <summary>Least Shannon entropy in bits per byte of the value.</summary>
    public float Entropy { get; init; }

    /// <summary>Whether a value of few distinct characters is still believed: only where the prefix alone is unmistakable.</summary>
    public bool TrustPrefix { get; init; }

    /// <summary>Where two findings overlap, the one of higher rank gives the type.</summary>
    public int Rank { get; init; }
}

/// <summary>A check digit, checksum or structure test on a matched value.</summary>
internal delegate bool ValueCheck(ReadOnlySpan<byte> value);
