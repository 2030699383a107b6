using System.Buffers;
using System.Text;
using Approvals.Redaction.Identifiers;
using Approvals.Redaction.Prose;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;
using Approvals.Redaction.Secrets;

namespace Approvals.Redaction;

/// <summary>Finds; knows nothing of masks. One per redactor, shared by all its calls.</summary>
internal sealed class Detector
{
    private static readonly SearchValues<byte> Telling = SearchValues.Create([.. "0123456789@=:\\%&<>~$"u8, .. Enumerable.Range(128, 128).Select(i => (byte)i)]);

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_."u8);

    private readonly RedactionOptions _options;
    private readonly HashSet<string> _allowed;
    private readonly float[] _minimum;

    /// <summary>How long the mask of a hit is at least.</summary>
    private readonly Func<Hit, int> _maskLength;

    public Detector(RedactionOptions options)
    {
        _options = options;
        var builtIn = RuleTable.Load().ToList();
        foreach (var id in options.DisabledRules)
            if (!builtIn.Exists(r => r.Id == id) && !Array.Exists(BuiltIn.Rules, r => r.Id == id)) throw OptionsCheck.Invalid($"There is no rule '{id}' to switch off. Findings name the rule that made them.");
        var table = builtIn.Where(r => !options.DisabledRules.Contains(r.Id)).Concat(options.CustomRules.Select(Custom));
        Rules = new RuleBook(table);
        OptionsCheck.Names(options, Types());
        _allowed = new HashSet<string>(options.AllowedValues, StringComparer.Ordinal);
        _minimum = new float[Rules.Count];
        var masks = new int[Rules.Count];
        for (var i = 0; i < masks.Length; i++) masks[i] = Mask.Masker.ShortestMask(options.Operators.TryGetValue(Rules[i].Type, out var op) ? op : options.DefaultOperator, Rules[i].Type);
        _maskLength = hit => masks[hit.Rule];
        for (var i = 0; i < Rules.Count; i++)
        {
            var minimum = options.MinimumConfidences.TryGetValue(Rules[i].Type, out var own) ? own : options.MinimumConfidence;
            // A built-in rule that is switched off keeps its number and never reaches its minimum.
            _minimum[i] = options.DisabledRules.Contains(Rules[i].Id) ? float.MaxValue : (float)minimum;
        }
    }

    public RuleBook Rules { get; }

    public string[] Types() => [.. Enumerable.Range(0, Rules.Count).Select(i => Rules[i].Type).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Disjoint hits in text order. Valid until the workspace is used again.</summary>
    public ReadOnlySpan<Hit> Find(Workspace workspace, ReadOnlySpan<byte> utf8) => FindClosed(workspace, utf8, default, default, isValue: false);

    /// <summary>As <see cref="Find"/>, for one value of a document.</summary>
    public ReadOnlySpan<Hit> FindValue(Workspace workspace, ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey) =>
        FindClosed(workspace, utf8, key, parentKey, isValue: true);

    /// <summary>As <see cref="Find"/>, for rows of a table: cells of telling columns are read as values of that name as well. The header itself holds no values.</summary>
    public ReadOnlySpan<Hit> FindRows(Workspace workspace, ReadOnlySpan<byte> utf8, Csv.CsvHeader header)
    {
        var cells = workspace.Cells;
        cells.Clear();
        var column = 0;
        var table = new Csv.CsvCells(utf8, header.Separator);
        while (table.MoveNext())
        {
            var (start, end, last) = table.Current;
            if (table.IsUnclosed) throw header.Unclosed(utf8, start);
            // An empty line is no row, and an empty cell too many is a separator at the end.
            var filled = column + (end > start ? 1 : 0);
            if (filled > header.Columns.Length || (last && filled > 0 && column + 1 < header.Columns.Length)) throw header.Misfit(utf8, start, column + 1);
            if (end > start && column < header.Columns.Length && header.Columns[column] is { } name && !utf8[start..end].SequenceEqual(name))
            {
                foreach (ref readonly var hit in FindValue(workspace, utf8[start..end], name, default)) cells.Add(start + hit.Start, start + hit.End, hit.Rule, hit.Confidence);
            }
            column = last ? 0 : column + 1;
        }
        _ = FindClosed(workspace, utf8, default, default, isValue: false);
        foreach (ref readonly var hit in cells.Items) workspace.Hits.Add(hit.Start, hit.End, hit.Rule, hit.Confidence);
        if (cells.Count > 0) HitResolver.Resolve(workspace.Hits, Rules);
        return workspace.Hits.Items;
    }

    /// <summary>Whether a column of this name says anything about its cells.</summary>
    public bool IsTelling(ReadOnlySpan<byte> name)
    {
        if (KeyNames.Classify(name) != KeyMeaning.None || PersonalKeys.RuleOf(name) != -1) return true;
        foreach (var hash in new WordHashes(name))
            if (Rules.Keywords.Find(hash) is not null) return true;
        return false;
    }

    private ReadOnlySpan<Hit> FindClosed(Workspace workspace, ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, bool isValue)
    {
        workspace.Hits.Clear();
        FindIn(workspace, utf8, key, parentKey, isValue, workspace.Hits);
        Repeats(workspace, utf8);
        // A value that was found whole leaves nothing to look at again.
        if (workspace.Hits.Count == 0 || (workspace.Hits.Count == 1 && workspace.Hits.Items[0].Start == 0 && workspace.Hits.Items[0].End == utf8.Length)) return workspace.Hits.Items;
        if (utf8.Length <= FixedPoint.LongText)
        {
            Settle(workspace, utf8, key, parentKey, isValue, workspace.Hits);
            return workspace.Hits.Items;
        }
        // Of a long text only what stands around masks that may matter is looked at again.
        var window = workspace.Window;
        var settled = workspace.Settled;
        settled.Clear();
        for (int next = 0, first = 0; FixedPoint.NextWindow(utf8, workspace.Hits.Items, _maskLength, ref next, out var from, out var to);)
        {
            window.Clear();
            var items = workspace.Hits.Items;
            while (first < items.Length && items[first].Start < from) first++;
            for (var i = first; i < items.Length && items[i].End <= to; i++) window.Add(items[i].Start - from, items[i].End - from, items[i].Rule, items[i].Confidence);
            Settle(workspace, utf8[from..to], key, parentKey, isValue, window);
            foreach (ref readonly var hit in window.Items) settled.Add(hit.Start + from, hit.End + from, hit.Rule, hit.Confidence);
        }
        foreach (ref readonly var hit in settled.Items) workspace.Hits.Add(hit.Start, hit.End, hit.Rule, hit.Confidence);
        if (settled.Count > 0) HitResolver.Resolve(workspace.Hits, Rules);
        return workspace.Hits.Items;
    }

    /// <summary>Looks at the masked text again until nothing new is found.</summary>
    private void Settle(Workspace workspace, ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, bool isValue, HitBuffer hits)
    {
        for (var round = 0; round < FixedPoint.Rounds; round++)
        {
            var masked = workspace.FixedPoint.Mask(utf8, hits);
            workspace.Again.Clear();
            FindIn(workspace, masked, key, parentKey, isValue, workspace.Again);
            if (!workspace.FixedPoint.Merge(hits, workspace.Again)) break;
        }
    }

    public void FindIn(Workspace workspace, ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, bool isValue, HitBuffer hits)
    {
        workspace.Nearby.Reset();
        var text = new ScanText { Bytes = utf8, Key = key, ParentKey = parentKey, IsValue = isValue, Prose = _options.Prose, Masks = workspace.Masks, Nearby = workspace.Nearby, Needles = workspace.Needles, Runs = workspace.Runs, Names = workspace.Names, Hits = hits, Rules = Rules };
        // A short value of letters alone can only be a secret by its key.
        var plain = isValue && utf8.Length < 16 && utf8.IndexOfAny(Telling) < 0;
        if (!plain) Scanner.Scan(text);
        if (key.Length > 0)
        {
            Assignments.WholeValue(text);
            if (_options.Prose) PersonalKeys.WholeValue(text);
        }
        if (_options.Prose && !plain && !(hits.Count > 0 && isValue && hits.Items[^1].Start == 0 && hits.Items[^1].End == utf8.Length))
        {
            ProseScanner.Scan(text, workspace.Words);
            Urls.Scan(text);
        }
        foreach (var (value, rule) in workspace.Known) AddRepeats(utf8, value, rule, hits);
        if (!plain) workspace.Disguises.Find(utf8, key, parentKey, workspace.Masks, hits);
        if (hits.Count == 0) return;
        var kept = 0;
        var items = hits.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Confidence < _minimum[items[i].Rule]) continue;
            if (Plausibility.LiesInMask(utf8, items[i].Start, items[i].End)) continue;
            if (_allowed.Count > 0 && _allowed.Contains(Encoding.UTF8.GetString(utf8[items[i].Start..items[i].End]))) continue;
            items[kept++] = items[i];
        }
        hits.Truncate(kept);
        if (kept > 1) HitResolver.Resolve(hits, Rules);
    }

    /// <summary>
    /// A secret found in one place is masked in every other place of the text. Bounded: the first 64 values, texts to 256 KiB; a stream is cut
    /// into blocks anyway.
    /// </summary>
    private void Repeats(Workspace workspace, ReadOnlySpan<byte> utf8)
    {
        var hits = workspace.Hits;
        var count = Math.Min(hits.Count, 64);
        if (count == 0 || utf8.Length > 256 * 1024) return;
        for (var i = 0; i < count; i++)
        {
            var hit = hits.Items[i];
            if (IsKept(hit.Rule, utf8[hit.Start..hit.End])) AddRepeats(utf8, utf8[hit.Start..hit.End], hit.Rule, hits);
        }
        if (hits.Count > 1) HitResolver.Resolve(hits, Rules);
    }

    /// <summary>Whether a found value is a secret or identifier long enough to be looked for elsewhere.</summary>
    public bool IsKept(int rule, ReadOnlySpan<byte> value) => value.Length >= 8 && Rules[rule].Rank >= 50 && !IsWord(value);

    /// <summary>An everyday word, or a name in a program, that was somebody's password stands elsewhere for itself.</summary>
    private static bool IsWord(ReadOnlySpan<byte> value) => value.IndexOfAnyExcept(NameBytes) < 0 && value.ContainsAnyInRange((byte)'A', (byte)'Z') && value.ContainsAnyInRange((byte)'a', (byte)'z') ||
        value.IndexOfAnyExceptInRange((byte)'a', (byte)'z') < 0 && (Lexicon.WordTable.Default.KindOf(value) & Lexicon.WordKind.English) != Lexicon.WordKind.None;

    private void AddRepeats(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> value, int rule, HitBuffer hits)
    {
        for (var from = 0; from + value.Length <= utf8.Length;)
        {
            var at = utf8[from..].IndexOf(value);
            if (at < 0) return;
            if (!hits.Covers(from + at, from + at + value.Length)) hits.Add(from + at, from + at + value.Length, rule, Rules[rule].Confidence);
            from += at + value.Length;
        }
    }

    private static Rule Custom(CustomRule rule)
    {
        try
        {
            if (rule.Confidence is < 0 or > 1) throw new FormatException("Confidence must lie between 0 and 1.");
            if (rule.Type.Length is 0 or > 40 || rule.Type.Any(c => c is not ((>= 'A' and <= 'Z') or '_'))) throw new FormatException("Type must be upper-case letters and underscores.");
            return new Rule
            {
                Id = rule.Id,
                Type = rule.Type,
                Confidence = (float)rule.Confidence,
                Pattern = Pattern.Parse(rule.Pattern),
                Words = [.. rule.Keywords ?? []],
                Reach = rule.Keywords is { Count: > 0 } ? Reach.Keyword : Reach.Anywhere,
                Rank = 100,
            };
        }
        catch (FormatException error)
        {
            throw new RedactionException("invalid_rule", $"Rule '{rule.Id}': {error.Message}", error);
        }
    }
}
