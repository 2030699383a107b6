using System.Collections.Frozen;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Rules;

/// <summary>
/// All rules, indexed by what a scan sees first: the leading bytes of a token, the length of a token that holds a digit, or a keyword
/// before a random-looking token. Built once; read by any number of threads.
/// </summary>
internal sealed class RuleBook
{
    private const int PrefixSlots = 1 << 14;
    private const int MaximumTokenLength = 64;

    /// <summary>Classes of the byte after a word: each separator that identifiers use, and everything else.</summary>
    private const int Followers = 10;

    /// <summary>Formats with no fixed beginning and at least this many bytes are tried only on long runs of base64 letters.</summary>
    public const int LongRun = 33;

    /// <summary>… and begin with a class repeated at least this often.</summary>
    private const int LongRunStart = 24;

    private readonly List<Rule> _rules = [];
    private readonly List<int> _longRuns = [];
    private readonly Candidates[] _byPrefix;
    private readonly Candidates[] _byThree;
    private readonly Candidates[] _byTwo;
    private readonly Candidates[] _byDigitToken;
    private readonly Candidates[] _byLetterToken;
    private readonly FrozenDictionary<uint, int[]> _byKeyword;

    public RuleBook(IEnumerable<Rule> table)
    {
        // Rules whose matching is code come first, so that their numbers are constants of BuiltIn.
        _rules.AddRange(BuiltIn.Rules);
        _rules.AddRange(table);
        var prefix = new List<int>?[PrefixSlots];
        var three = new List<int>?[PrefixSlots];
        var two = new List<int>?[PrefixSlots];
        var digit = new List<int>?[(MaximumTokenLength + 1) * Followers];
        var letter = new List<int>?[(MaximumTokenLength + 1) * Followers];
        var keyword = new Dictionary<uint, List<int>>();
        for (var i = 0; i < _rules.Count; i++)
        {
            var rule = _rules[i];
            rule.Index = i;
            if (rule.Pattern is not { } pattern) continue;
            rule.LeadingDigits = pattern.LeadingDigits;
            rule.MinimumFirstWord = System.Numerics.BitOperations.TrailingZeroCount(pattern.FirstToken(MaximumTokenLength).Lengths) + 1;
            if (UsesPrefix(rule, pattern)) AddPrefixes(prefix, three, two, pattern, i);
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
        _byPrefix = Split(prefix);
        _byThree = Split(three);
        _byTwo = Split(two);
        _byDigitToken = Split(digit);
        _byLetterToken = Split(letter);
        WithLongRun = Split(_longRuns);
        Keywords = new KeywordIndex(_rules, Secrets.Vendors.Hashes, keyword.Keys.ToHashSet());
        _byKeyword = keyword.ToFrozenDictionary(p => p.Key, p => p.Value.ToArray());
    }

    public Rule this[int index] => _rules[index];

    public int Count => _rules.Count;

    /// <summary>Rules that may match a token beginning with these four bytes (packed little endian).</summary>
    public ref readonly Candidates WithPrefix(uint four) => ref _byPrefix[Slot(four)];

    /// <summary>Rules whose fixed beginning has only three bytes.</summary>
    public ref readonly Candidates WithThree(uint four) => ref _byThree[Slot(four & 0xFFFFFF)];

    /// <summary>Rules whose fixed beginning has only two bytes.</summary>
    public ref readonly Candidates WithTwo(byte first, byte second) => ref _byTwo[Pair(first, second)];

    /// <summary>Rules whose first word can be this long, begin with a digit, and be followed by this byte (0 at the end of the text).</summary>
    public ref readonly Candidates WithDigitToken(int length, byte next) => ref _byDigitToken[Math.Min(length, MaximumTokenLength) * Followers + Follower(next)];

    public ref readonly Candidates WithLetterToken(int length, byte next) => ref _byLetterToken[Math.Min(length, MaximumTokenLength) * Followers + Follower(next)];

    public KeywordIndex Keywords { get; }

    public Candidates WithLongRun { get; }

    public int[] WithKeyword(uint hash) => _byKeyword.TryGetValue(hash, out var rules) ? rules : [];

    /// <summary>Identifiers with short or numeric beginnings ("19", "CHE") are better found by the length of their first word.</summary>
    private static bool UsesPrefix(Rule rule, Pattern pattern) =>
        pattern.Prefixes.Count > 0 && (rule.Type is Types.Secret or Types.Jwt or Types.PrivateKey || pattern.Prefixes.All(p => p.Length >= 3 && !ByteClass.IsDigit(p[0])));

    private static int Slot(uint four) => (int)((four | 0x20202020) * 2654435761u >> 18);

    private static int Pair(byte first, byte second) => (first & 127) << 7 | second & 127;

    private static void AddPrefixes(List<int>?[] table, List<int>?[] three, List<int>?[] two, Pattern pattern, int rule)
    {
        foreach (var prefix in pattern.Prefixes)
        {
            var start = (uint)(prefix[0] | prefix[1] << 8);
            if (prefix.Length >= 4) Add(table, Slot(start | (uint)(prefix[2] << 16 | prefix[3] << 24)), rule);
            else if (prefix.Length == 3) Add(three, Slot(start | (uint)(prefix[2] << 16)), rule);
            else AddPair(two, prefix[0], prefix[1], rule);
        }
    }

    /// <summary>Prefixes are folded, texts are not: every writing of the two has its slot.</summary>
    private static void AddPair(List<int>?[] table, byte first, byte second, int rule)
    {
        byte[] firsts = ByteClass.IsLetter(first) ? [first, (byte)(first & ~0x20)] : [first], seconds = ByteClass.IsLetter(second) ? [second, (byte)(second & ~0x20)] : [second];
        foreach (var x in firsts)
            foreach (var y in seconds) Add(table, Pair(x, y), rule);
    }

    private Candidates[] Split(List<int>?[] lists)
    {
        var table = new Candidates[lists.Length];
        for (var i = 0; i < lists.Length; i++) table[i] = Split(lists[i]);
        return table;
    }

    private Candidates Split(List<int>? list)
    {
        if (list is null) return default;
        Rule[] always = [.. list.Select(i => _rules[i]).Where(r => r.Reach == Reach.Anywhere)], keyed = [.. list.Select(i => _rules[i]).Where(r => r.Reach != Reach.Anywhere)];
        return new Candidates(always.Length > 0 ? always : null, keyed.Length > 0 ? keyed : null, Shortest(always), Shortest(keyed));
    }

    private static int Shortest(Rule[] rules) => rules.Select(r => r.MinimumFirstWord).DefaultIfEmpty(int.MaxValue).Min();

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
        (byte)'@' => 7,
        (byte)'~' or (byte)'!' or (byte)'#' or (byte)'$' or (byte)'%' or (byte)'^' or (byte)'&' or (byte)'*' or (byte)'|' or (byte)'?' => 8,
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
        7 => set.Contains((byte)'@'),
        8 => "~!#$%^&*|?".Any(c => set.Contains((byte)c)),
        // Anything else: the end of the match, or a rarer character.
        _ => Others.Low != (Others.Low & ~set.Low) || Others.High != (Others.High & ~set.High),
    };

    /// <summary>What may follow a word and has no class of its own: controls, quotes, brackets, comma, semicolon.</summary>
    private static readonly ByteSet Others = (ByteSet.Range((char)0, (char)31) | ByteSet.Range('"', '"') | ByteSet.Range('\'', ')') | ByteSet.Range(',', ',') | ByteSet.Range(';', '<') | ByteSet.Range('>', '>') | ByteSet.Range('[', ']') | ByteSet.Range('`', '`') | ByteSet.Range('{', '{') | ByteSet.Range('}', '}'));

    private static void Add(List<int>?[] table, int slot, int rule)
    {
        var list = table[slot] ??= [];
        if (list.Count == 0 || list[^1] != rule) list.Add(rule);
    }
}

/// <summary>Rules that may match at a place.</summary>
/// <param name="Always">Those that need no company; null when there are none.</param>
/// <param name="Keyed">Those that need a keyword near, or to be the whole text; null when there are none.</param>
/// <param name="ShortestAlways">Shortest first word that any of <paramref name="Always"/> begins with.</param>
/// <param name="ShortestKeyed">The same of <paramref name="Keyed"/>.</param>
internal readonly record struct Candidates(Rule[]? Always, Rule[]? Keyed, int ShortestAlways, int ShortestKeyed);
