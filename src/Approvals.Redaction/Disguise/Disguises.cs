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

    private readonly Layer[] _layers = [new(), new()];

    public void Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, bool hasEscapes, HitBuffer hits, int layer = 0)
    {
        if (layer == MaximumLayers) return;
        var state = _layers[layer];
        if (hasEscapes && state.Unescaper.Undo(text)) Unescaped(text, key, parentKey, hits, layer);
        Runs(text, key, parentKey, hits, layer);
    }

    private void Unescaped(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, HitBuffer hits, int layer)
    {
        var state = _layers[layer];
        Scan(state, state.Unescaper.Bytes, key, parentKey);
        Find(state.Unescaper.Bytes, key, parentKey, hasEscapes: true, state.Hits, layer + 1);
        foreach (ref readonly var hit in state.Hits.Items)
        {
            int start = state.Unescaper.Origin(hit.Start), end = state.Unescaper.Origin(hit.End);
            // What the plain scan can see as well needs no second finding.
            if (end - start == hit.End - hit.Start && hits.Covers(start, end)) continue;
            hits.Add(start, end, hit.Rule, hit.Confidence);
        }
        _ = text;
    }

    private void Runs(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> parentKey, HitBuffer hits, int layer)
    {
        var state = _layers[layer];
        for (var i = 0; i < text.Length;)
        {
            if (!ByteClass.IsBase64(text[i]))
            {
                i++;
                continue;
            }
            var start = i;
            while (i < text.Length && ByteClass.IsBase64(text[i])) i++;
            if (i - start < 16) continue;
            var end = i;
            while (end < text.Length && text[end] == '=' && end - i < 2) end++;
            if (i - start <= MaximumRun && !hits.Covers(start, end)) Run(text, start, end, key, parentKey, hits, state, layer);
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
        Find(decoded, key, parentKey, decoded.IndexOfAny((byte)'\\', (byte)'%', (byte)'&') >= 0, state.Hits, layer + 1);
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
        Scanner.Scan(new ScanText { Bytes = text, Key = key, ParentKey = parentKey, IsValue = true, Masks = state.Masks, Nearby = state.Nearby, Names = state.Names, Hits = state.Hits, Rules = rules });
    }

    /// <summary>Buffers of one layer; the layer below has its own.</summary>
    private sealed class Layer
    {
        private byte[] _buffer = new byte[1024];

        public Unescaper Unescaper { get; } = new();

        public CharacterMasks Masks { get; } = new();

        public NearbyKeywords Nearby { get; } = new();

        public Secrets.KeyMeanings Names { get; } = new();

        public HitBuffer Hits { get; } = new();

        public byte[] Buffer(int size)
        {
            if (_buffer.Length < size) _buffer = new byte[size * 2];
            return _buffer;
        }
    }
}
