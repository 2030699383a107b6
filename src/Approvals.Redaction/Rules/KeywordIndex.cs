using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Rules;

/// <summary>Every keyword of every rule, and for each the rules it allows as a bit set, so that "which rules may look here" is a few ORs.</summary>
internal sealed class KeywordIndex
{
    private const int FilterBits = 1 << 16;

    private readonly uint[] _hashes;
    private readonly Keyword?[] _keywords;
    private readonly int _mask;

    /// <summary>One bit for the length and first eight bytes of every keyword.</summary>
    private readonly ulong[] _words = new ulong[FilterBits / 64];

    public KeywordIndex(Rule[] rules, int words, IEnumerable<string> vendors, IReadOnlySet<uint> keyed)
    {
        var table = new Dictionary<uint, Keyword>();
        foreach (var vendor in vendors) Name(vendor, vendor: true);
        foreach (var rule in rules)
            foreach (var word in rule.Words)
            {
                var keyword = Name(word, vendor: false);
                keyword.Rules[rule.Slot >> 6] |= 1UL << (rule.Slot & 63);
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
        }

        Keyword Name(string word, bool vendor)
        {
            var bytes = Encoding.UTF8.GetBytes(word);
            var hash = ByteClass.FoldedHash(bytes);
            AnyDigit |= ByteClass.IsDigit(bytes[0]);
            Set(_words, WordBit(RuleFilter.Bytes(bytes, 0), bytes.Length));
            if (!table.TryGetValue(hash, out var keyword)) table[hash] = keyword = new Keyword(new ulong[words], vendor || keyed.Contains(hash));
            return keyword;
        }
    }

    /// <summary>Whether any keyword begins with a digit.</summary>
    public bool AnyDigit { get; private set; }

    /// <summary>Whether a word of this length that begins with these bytes may be a keyword; most are none, and need no hash.</summary>
    public bool MayBe(ulong firstBytes, int length) => IsSet(_words, WordBit(firstBytes, length));

    public Keyword? Find(uint hash)
    {
        for (var i = (int)hash & _mask; _keywords[i] is { } keyword; i = (i + 1) & _mask)
            if (_hashes[i] == hash) return keyword;
        return null;
    }

    /// <summary>Setting bit 5 folds ASCII letters; what else it makes equal only costs a look.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WordBit(ulong bytes, int length)
    {
        var used = ulong.MaxValue >> (64 - Math.Min(length, 8) * 8);
        return (int)(((bytes | 0x2020202020202020) & used ^ (ulong)length << 57) * 0x9E3779B97F4A7C15 >> 48);
    }

    private static void Set(ulong[] bits, int bit) => bits[bit >> 6] |= 1UL << (bit & 63);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSet(ulong[] bits, int bit) => (bits[bit >> 6] >> (bit & 63) & 1) != 0;

    /// <param name="Rules">The rules that name this keyword.</param>
    /// <param name="Vendor">Whether keys without a shape of their own are looked for near it.</param>
    internal sealed record Keyword(ulong[] Rules, bool Vendor);
}
