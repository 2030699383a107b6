using System.Collections.Frozen;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Rules;

/// <summary>
/// All rules, with what decides which of them look at a place: the bit-parallel filter, and the keywords before a random-looking token. Built once;
/// read by any number of threads.
/// </summary>
internal sealed class RuleBook
{
    /// <summary>Formats with no fixed beginning and at least this many bytes are tried only on long runs of base64 letters.</summary>
    public const int LongRun = 33;

    /// <summary>… and begin with a class repeated at least this often.</summary>
    private const int LongRunStart = 24;

    private const int LongestWord = 64;

    private readonly List<Rule> _rules = [];
    private readonly Rule[] _bySlot;
    private readonly FrozenDictionary<uint, int[]> _byKeyword;

    public RuleBook(IEnumerable<Rule> table)
    {
        // Rules whose matching is code come first, so that their numbers are constants of BuiltIn.
        _rules.AddRange(BuiltIn.Rules);
        _rules.AddRange(table);
        // INVARIANT: rules in code are shared by all books, so theirs are the first slots, the same in every book. The others stand by what they are tried on,
        // so that a place that only some kinds look at needs only some vectors.
        var kinds = _rules.Select(r => r.Pattern is { } pattern ? KindsOf(r, pattern) : TokenKinds.Word).ToArray();
        _bySlot = [.. _rules.Where(r => r.Pattern is null && r.Words.Count > 0), .. _rules.Zip(kinds).Where(p => p.First.Pattern is not null).OrderBy(p => OrderOf(p.Second)).Select(p => p.First)];
        for (var slot = 0; slot < _bySlot.Length; slot++) _bySlot[slot].Slot = slot;
        Filter = new RuleFilter(_bySlot.Length);
        var keyword = new Dictionary<uint, List<int>>();
        var needles = new List<Rule>();
        for (var i = 0; i < _rules.Count; i++)
        {
            var rule = _rules[i];
            rule.Index = i;
            if (rule.Pattern is null) continue;
            if (kinds[i] == TokenKinds.Needle)
            {
                rule.NeedleIndex = needles.Count;
                needles.Add(rule);
            }
            Filter.Add(rule.Slot, rule, kinds[i]);
            if (kinds[i] != TokenKinds.Keyed) continue;
            foreach (var hash in rule.Keywords)
            {
                if (!keyword.TryGetValue(hash, out var list)) keyword[hash] = list = [];
                list.Add(i);
            }
        }
        Needles = [.. needles];
        var runs = needles.Select(r => r.Pattern!.Needle!).Where(n => n.Run > 0).ToList();
        ShortestRunNeedle = runs.Select(n => n.Run).DefaultIfEmpty(int.MaxValue).Min();
        FarthestRunNeedle = runs.Select(n => n.Reach).DefaultIfEmpty(0).Max();
        Keywords = new KeywordIndex(_bySlot, Filter.Words, Secrets.Vendors.Names, keyword.Keys.ToHashSet());
        _byKeyword = keyword.ToFrozenDictionary(p => p.Key, p => p.Value.ToArray());
    }

    public Rule this[int index] => _rules[index];

    public int Count => _rules.Count;

    public RuleFilter Filter { get; }

    public KeywordIndex Keywords { get; }

    /// <summary>Rules that are tried only where their needle stands ahead.</summary>
    public Rule[] Needles { get; }

    public int ShortestRunNeedle { get; }

    public int FarthestRunNeedle { get; }

    /// <summary>The rule of a bit in sets of rules.</summary>
    public Rule InSlot(int slot) => _bySlot[slot];

    public int[] WithKeyword(uint hash) => _byKeyword.TryGetValue(hash, out var rules) ? rules : [];

    private static TokenKinds KindsOf(Rule rule, Pattern pattern)
    {
        if (UsesPrefix(rule, pattern)) return TokenKinds.Word;
        if (rule.Type is Types.Secret && rule.Reach == Reach.Keyword) return TokenKinds.Keyed;
        if (rule.Type == Types.Secret && pattern.FirstRun >= LongRunStart && rule.Check is null) return TokenKinds.LongRun;
        var first = pattern.FirstToken(LongestWord);
        var kinds = (first.Digit ? TokenKinds.Digit : TokenKinds.Word) | (first.Letter ? TokenKinds.Letter : TokenKinds.Word);
        return kinds != TokenKinds.Word && rule.Reach == Reach.Anywhere && pattern.Needle is not null ? TokenKinds.Needle : kinds;
    }

    private static int OrderOf(TokenKinds kinds) => kinds switch
    {
        TokenKinds.Word => 2,
        TokenKinds.Keyed => 3,
        TokenKinds.LongRun or TokenKinds.Needle => 1,
        _ => 0,
    };

    /// <summary>Identifiers with short or numeric beginnings ("19", "CHE") are tried only on words that hold a digit.</summary>
    private static bool UsesPrefix(Rule rule, Pattern pattern) =>
        pattern.Prefixes.Count > 0 && (rule.Type is Types.Secret or Types.Jwt or Types.PrivateKey || pattern.Prefixes.All(p => p.Length >= 3 && !ByteClass.IsDigit(p[0])));
}
