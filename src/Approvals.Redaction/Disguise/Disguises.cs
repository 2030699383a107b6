using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Disguise;

/// <summary>
/// Looks under encodings, two layers deep, and brings what it finds back to places of the original: an escape hides single characters, so
/// the finding covers what they came from; a base64 or hex run is covered whole, because part of it cannot be read without the rest.
/// </summary>
internal sealed class Disguises(RuleBook rules)
{
    private const int MaximumLayers = 2;
    private const int MaximumRun = 16 * 1024;
    private const int LongText = 8 * 1024;
    private const int LongLine = 1024;
    private const int Before = 200;

    private readonly Layer[] _layers = [new(), new()];

    public void Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, CharacterMasks masks, HitBuffer hits, int layer = 0)
    {
        if (layer == MaximumLayers) return;
        var state = _layers[layer];
        if (masks.HasEscapes) Escapes(text, key, parentKey, hits, layer);
        Runs(text, key, parentKey, masks, hits, layer);
    }

    /// <summary>A short text is unescaped whole; of a long one only the lines around escapes are.</summary>
    private void Escapes(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, HitBuffer hits, int layer)
    {
        if (text.Length <= LongText)
        {
            if (_layers[layer].Unescaper.Undo(text)) Unescaped(0, key, parentKey, hits, layer);
            return;
        }
        for (var at = Unescaper.Next(text, 0); at < text.Length;)
        {
            var from = LineStart(text, at);
            var to = LineEnd(text, at);
            for (at = Unescaper.Next(text, at + 1); at < to && to - from < LongText; at = Unescaper.Next(text, at + 1)) to = Math.Max(to, LineEnd(text, at));
            if (_layers[layer].Unescaper.Undo(text[from..to])) Unescaped(from, key, parentKey, hits, layer);
            if (at < to) at = Unescaper.Next(text, to);
        }
    }

    /// <summary>The line and what stands shortly before it, for the words that announce a value.</summary>
    private static int LineStart(ReadOnlySpan<byte> text, int at)
    {
        var lowest = Math.Max(0, at - LongLine);
        var start = Math.Max(lowest, lowest + text[lowest..at].LastIndexOf((byte)'\n') + 1 - Before);
        // Half a name says something else than the whole one ("PublicKeyToken").
        if (start > 0 && text[start - 1] > ' ') while (start < at && text[start] > ' ') start++;
        return start;
    }

    private static int LineEnd(ReadOnlySpan<byte> text, int at)
    {
        var highest = Math.Min(text.Length, at + LongLine);
        var end = text[at..highest].IndexOf((byte)'\n');
        return end < 0 ? highest : at + end + 1;
    }

    private void Unescaped(int from, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, HitBuffer hits, int layer)
    {
        var state = _layers[layer];
        Scan(state, state.Unescaper.Bytes, key, parentKey);
        Find(state.Unescaper.Bytes, key, parentKey, state.Masks, state.Hits, layer + 1);
        foreach (ref readonly var hit in state.Hits.Items)
        {
            int start = from + state.Unescaper.Origin(hit.Start), end = from + state.Unescaper.Origin(hit.End);
            // What the plain scan can see as well needs no second finding.
            if (end - start == hit.End - hit.Start && hits.Covers(start, end)) continue;
            hits.Add(start, end, hit.Rule, hit.Confidence);
        }
    }

    private void Runs(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, CharacterMasks masks, HitBuffer hits, int layer)
    {
        var state = _layers[layer];
        for (var start = masks.NextLongRun(0); start < text.Length;)
        {
            var i = masks.NextNonRun(start);
            var end = i;
            while (end < text.Length && text[end] == '=' && end - i < 2) end++;
            if (i - start <= MaximumRun && !hits.Covers(start, end)) Run(text, start, end, key, parentKey, hits, state, layer);
            start = i < text.Length ? masks.NextLongRun(i) : i;
        }
    }

    private void Run(ReadOnlySpan<byte> text, int start, int end, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, HitBuffer hits, Layer state, int layer)
    {
        var run = text[start..end];
        var buffer = state.Buffer(run.Length + 4);
        var length = Decoder.FromHex(run, buffer);
        if (length == 0) length = Decoder.FromBase64(run, buffer);
        if (length == 0) return;
        var decoded = buffer.AsSpan(0, length);
        Scan(state, decoded, key, parentKey);
        Find(decoded, key, parentKey, state.Masks, state.Hits, layer + 1);
        var best = -1;
        var items = state.Hits.Items;
        for (var i = 0; i < items.Length; i++)
            if (best < 0 || rules[items[i].Rule].Rank > rules[items[best].Rule].Rank) best = i;
        if (best >= 0) hits.Add(start, end, items[best].Rule, items[best].Confidence);
    }

    private void Scan(Layer state, ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey)
    {
        state.Hits.Clear();
        state.Nearby.Reset();
        Scanner.Scan(new ScanText { Bytes = text, Key = key, ParentKey = parentKey, IsValue = true, Masks = state.Masks, Nearby = state.Nearby, Needles = state.Needles, Runs = state.Runs, Names = state.Names, Hits = state.Hits, Rules = rules });
    }

    /// <summary>Buffers of one layer; the layer below has its own.</summary>
    private sealed class Layer
    {
        private byte[] _buffer = new byte[1024];

        public Unescaper Unescaper { get; } = new();

        public CharacterMasks Masks { get; } = new();

        public NearbyKeywords Nearby { get; } = new();

        public Needles Needles { get; } = new();

        public PatternRuns Runs { get; } = new();

        public Secrets.KeyMeanings Names { get; } = new();

        public HitBuffer Hits { get; } = new();

        public byte[] Buffer(int size)
        {
            if (_buffer.Length < size) _buffer = new byte[size * 2];
            return _buffer;
        }
    }
}
