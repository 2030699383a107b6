using System.Collections.Frozen;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Rules;

/// <summary>
/// All rules, indexed by what a scan sees first: the leading bytes of a token, the length of a token that holds a digit, or a keyword
/// before a random-looking token. Built once; read by any number of threads.
/// </summary>
internal sealed class RuleBook
{
    private const int PrefixSlots = 1 << 12;
    private const int MaximumTokenLength = 64;

    /// <summary>Classes of the byte after a word: each separator that identifiers use, and everything else.</summary>
    private const int Followers = 8;

    /// <summary>Formats with no fixed beginning and at least this many bytes are tried only on long runs of base64 letters.</summary>
    public const int LongRun = 33;

    /// <summary>… and begin with a class repeated at least this often.</summary>
    private const int LongRunStart = 24;

    private readonly List<Rule> _rules = [];
    private readonly List<int> _longRuns = [];
    private readonly int[][] _byPrefix = new int[PrefixSlots][];
    private readonly int[][] _byDigitToken = new int[(MaximumTokenLength + 1) * Followers][];
    private readonly int[][] _byLetterToken = new int[(MaximumTokenLength + 1) * Followers][];
    private readonly FrozenDictionary<uint, int[]> _byKeyword;

    public RuleBook(IEnumerable<Rule> table)
    {
        // Rules whose matching is code come first, so that their numbers are constants of BuiltIn.
        _rules.AddRange(BuiltIn.Rules);
        _rules.AddRange(table);
        var prefix = new List<int>?[PrefixSlots];
        var digit = new List<int>?[(MaximumTokenLength + 1) * Followers];
        var letter = new List<int>?[(MaximumTokenLength + 1) * Followers];
        Keywords = new KeywordIndex(_rules.SelectMany(r => r.Keywords).Concat(Secrets.Vendors.Hashes));
        var keyword = new Dictionary<uint, List<int>>();
        for (var i = 0; i < _rules.Count; i++)
        {
            var rule = _rules[i];
            rule.KeywordBits = Keywords.BitsOf(rule.Keywords);
            if (rule.Pattern is not { } pattern) continue;
            rule.MinimumFirstWord = System.Numerics.BitOperations.TrailingZeroCount(pattern.FirstToken(MaximumTokenLength).Lengths) + 1;
            if (UsesPrefix(rule, pattern)) AddPrefixes(prefix, pattern, i);
            else if (rule.Type is Types.Secret && rule.Reach == Reach.Keyword)
            {
                foreach (var hash in rule.Keywords)
                {
                    if (!keyword.TryGetValue(hash, out var list)) keyword[hash] = list = [];
                    list.Add(i);
                }
            }
            else if (rule.Type == Types.Secret && pattern.FirstRun >= LongRunStart && rule.Check is null) _longRuns.Add(i);
            else AddTokenLengths(digit, letter, pattern, i);
        }
        for (var i = 0; i < PrefixSlots; i++) _byPrefix[i] = prefix[i]?.ToArray() ?? [];
        for (var i = 0; i < _byDigitToken.Length; i++)
        {
            _byDigitToken[i] = digit[i]?.ToArray() ?? [];
            _byLetterToken[i] = letter[i]?.ToArray() ?? [];
        }
        WithLongRun = [.. _longRuns];
        VendorBits = Keywords.BitsOf([.. keyword.Keys, .. Secrets.Vendors.Hashes]);
        _byKeyword = keyword.ToFrozenDictionary(p => p.Key, p => p.Value.ToArray());
    }

    public Rule this[int index] => _rules[index];

    public int Count => _rules.Count;

    /// <summary>Rules that may match a token beginning with these three bytes (packed little endian).</summary>
    public int[] WithPrefix(uint three) => _byPrefix[Slot(three)];

    /// <summary>Rules whose first word can be this long, begin with a digit, and be followed by this byte (0 at the end of the text).</summary>
    public int[] WithDigitToken(int length, byte next) => _byDigitToken[Math.Min(length, MaximumTokenLength) * Followers + Follower(next)];

    public int[] WithLetterToken(int length, byte next) => _byLetterToken[Math.Min(length, MaximumTokenLength) * Followers + Follower(next)];

    public KeywordIndex Keywords { get; }

    /// <summary>Keywords that <see cref="WithKeyword"/> knows, and the names of vendors.</summary>
    public ulong[] VendorBits { get; }

    public int[] WithLongRun { get; }

    public int[] WithKeyword(uint hash) => _byKeyword.TryGetValue(hash, out var rules) ? rules : [];

    /// <summary>Identifiers with short or numeric beginnings ("19", "CHE") are better found by the length of their first word.</summary>
    private static bool UsesPrefix(Rule rule, Pattern pattern) =>
        pattern.Prefixes.Count > 0 && (rule.Type is Types.Secret or Types.Jwt or Types.PrivateKey || pattern.Prefixes.All(p => p.Length >= 3 && !ByteClass.IsDigit(p[0])));

    private static int Slot(uint three) => (int)(((three | 0x202020) & 0xFFFFFF) * 2654435761u >> 20);

    private static void AddPrefixes(List<int>?[] table, Pattern pattern, int rule)
    {
        foreach (var prefix in pattern.Prefixes)
        {
            if (prefix.Length >= 3)
            {
                Add(table, Slot((uint)(prefix[0] | prefix[1] << 8 | prefix[2] << 16)), rule);
            }
            else
            {
                for (var third = 0; third < 128; third++)
                    Add(table, Slot((uint)(prefix[0] | prefix[1] << 8 | third << 16)), rule);
            }
        }
    }

    private static void AddTokenLengths(List<int>?[] digit, List<int>?[] letter, Pattern pattern, int rule)
    {
        var first = pattern.FirstToken(MaximumTokenLength);
        for (var length = 1; length <= MaximumTokenLength; length++)
        {
            if ((first.Lengths >> (length - 1) & 1) == 0) continue;
            for (var follower = 0; follower < Followers; follower++)
            {
                if (!CanFollow(first.After[length], follower)) continue;
                if (first.Digit) Add(digit, length * Followers + follower, rule);
                if (first.Letter) Add(letter, length * Followers + follower, rule);
            }
        }
    }

    private static int Follower(byte next) => next switch
    {
        (byte)'-' => 1,
        (byte)' ' => 2,
        (byte)'.' => 3,
        (byte)'/' => 4,
        (byte)':' => 5,
        (byte)'+' or (byte)'=' => 6,
        _ => 0,
    };

    private static bool CanFollow(ByteSet set, int follower) => follower switch
    {
        1 => set.Contains((byte)'-'),
        2 => set.Contains((byte)' '),
        3 => set.Contains((byte)'.'),
        4 => set.Contains((byte)'/'),
        5 => set.Contains((byte)':'),
        6 => set.Contains((byte)'+') || set.Contains((byte)'='),
        // Anything else: the end of the match, or a rarer character.
        _ => (set.Low & ~(ByteSet.Range('-', '/').Low | ByteSet.Range(' ', ' ').Low | ByteSet.Range(':', ':').Low)) != 0 || set.High != 0,
    };

    private static void Add(List<int>?[] table, int slot, int rule)
    {
        var list = table[slot] ??= [];
        if (list.Count == 0 || list[^1] != rule) list.Add(rule);
    }
}
