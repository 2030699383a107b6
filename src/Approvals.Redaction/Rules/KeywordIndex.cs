using System.Numerics;

namespace Approvals.Redaction.Rules;

/// <summary>Every keyword of every rule, and for each the rules it allows as a bit set, so that "which rules may look here" is a few ORs.</summary>
internal sealed class KeywordIndex
{
    private readonly uint[] _hashes;
    private readonly Keyword?[] _keywords;
    private readonly int _mask;
    private readonly ulong[] _present = new ulong[256];

    public KeywordIndex(List<Rule> rules, IEnumerable<uint> vendors, IReadOnlySet<uint> keyed)
    {
        Words = (rules.Count + 63) / 64;
        var table = new Dictionary<uint, Keyword>();
        foreach (var vendor in vendors) table[vendor] = new Keyword(new ulong[Words], true);
        foreach (var rule in rules)
        {
            foreach (var hash in rule.Keywords)
            {
                if (!table.TryGetValue(hash, out var keyword)) table[hash] = keyword = new Keyword(new ulong[Words], keyed.Contains(hash));
                keyword.Rules[rule.Index >> 6] |= 1UL << (rule.Index & 63);
            }
        }
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)table.Count * 4 + 16);
        _hashes = new uint[size];
        _keywords = new Keyword?[size];
        _mask = size - 1;
        foreach (var (hash, keyword) in table)
        {
            var i = (int)hash & _mask;
            while (_keywords[i] is not null) i = (i + 1) & _mask;
            _hashes[i] = hash;
            _keywords[i] = keyword;
            _present[hash >> 18 & 255] |= 1UL << (int)(hash >> 26);
        }
    }

    /// <summary>Length of a bit set of rules in 64-bit words.</summary>
    public int Words { get; }

    public Keyword? Find(uint hash)
    {
        // Most words are no keyword: one bit says so.
        if ((_present[hash >> 18 & 255] >> (int)(hash >> 26) & 1) == 0) return null;
        for (var i = (int)hash & _mask; _keywords[i] is { } keyword; i = (i + 1) & _mask)
            if (_hashes[i] == hash) return keyword;
        return null;
    }

    /// <param name="Rules">The rules that name this keyword.</param>
    /// <param name="Vendor">Whether keys without a shape of their own are looked for near it.</param>
    internal sealed record Keyword(ulong[] Rules, bool Vendor);
}
