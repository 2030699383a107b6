namespace Approvals.Redaction;

/// <summary>What happens to a found value.</summary>
public enum MaskOperator
{
    /// <summary><c>[EMAIL_1]</c>: same value, same name within one call.</summary>
    Pseudonym,

    /// <summary><c>[EMAIL]</c>.</summary>
    Mask,

    /// <summary>The value disappears; a JSON value becomes an empty string.</summary>
    Remove,

    /// <summary><c>[CREDIT_CARD:1111]</c>: the last four letters or digits stay, if the value has at least twelve of them.</summary>
    KeepLastFour,

    /// <summary><c>[EMAIL#9f86d081884c7d65]</c>: HMAC-SHA-256 under <see cref="RedactionOptions.HashKey"/>, first 8 bytes. Same value, same name wherever the key is the same.</summary>
    Hash,

    /// <summary>Reported, but left in the text.</summary>
    Keep,
}

/// <summary>How a <see cref="Redactor"/> masks and what it looks for. Immutable; checked by the <see cref="Redactor"/> constructor.</summary>
public sealed record RedactionOptions
{
    /// <summary>Operator for types that <see cref="Operators"/> does not name.</summary>
    public MaskOperator DefaultOperator { get; init; } = MaskOperator.Pseudonym;

    /// <summary>Operator by type (EMAIL …).</summary>
    public IReadOnlyDictionary<string, MaskOperator> Operators { get; init; } = new Dictionary<string, MaskOperator>(StringComparer.Ordinal);

    /// <summary>Findings below this confidence are dropped. 0 to 1.</summary>
    public double MinimumConfidence { get; init; } = 0.4;

    /// <summary>Minimum confidence by type; overrides <see cref="MinimumConfidence"/>.</summary>
    public IReadOnlyDictionary<string, double> MinimumConfidences { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Key for <see cref="MaskOperator.Hash"/>, at least 16 bytes.</summary>
    public ReadOnlyMemory<byte> HashKey { get; init; }

    /// <summary>Exact values that are no findings, whatever rule matches them.</summary>
    public IReadOnlyCollection<string> AllowedValues { get; init; } = [];

    /// <summary>Rule ids that are switched off.</summary>
    public IReadOnlyCollection<string> DisabledRules { get; init; } = [];

    /// <summary>Further rules, in the pattern language of docs/redaction.md.</summary>
    public IReadOnlyCollection<CustomRule> CustomRules { get; init; } = [];

    /// <summary>Whether names of people, places and organizations, ages and dates are looked for in sentences.</summary>
    public bool Prose { get; init; } = true;

    /// <summary>Largest input in UTF-8 bytes.</summary>
    public int MaximumBytes { get; init; } = 64 << 20;
}

/// <summary>A rule of the user's own.</summary>
/// <param name="Id">Unique id.</param>
/// <param name="Type">Upper-case type word, own or one of the built-in ones.</param>
/// <param name="Pattern">Pattern in the language of docs/redaction.md: literals, classes with counts, groups of literals. Matches in linear time.</param>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Keywords">If any are given, one must stand within 60 bytes before the match, or in the JSON key.</param>
public sealed record CustomRule(string Id, string Type, string Pattern, double Confidence = 0.9, IReadOnlyCollection<string>? Keywords = null);
