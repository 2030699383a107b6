namespace Approvals.Redaction.Secrets;

/// <summary>
/// Remembers what the names met so far mean: documents repeat their keys. Exact comparison, a slot per hash, belongs to one call at a time.
/// </summary>
internal sealed class KeyMeanings
{
    private const int Slots = 512;
    private const int MaximumLength = 32;

    private readonly byte[] _names = new byte[Slots * MaximumLength];
    private readonly byte[] _lengths = new byte[Slots];
    private readonly KeyMeaning[] _meanings = new KeyMeaning[Slots];

    public KeyMeaning Of(ReadOnlySpan<byte> name)
    {
        if (name.Length is < 2 or > MaximumLength) return KeyNames.Classify(name);
        var hash = (uint)name.Length;
        foreach (var b in name) hash = (hash ^ b) * 16777619u;
        var slot = (int)(hash >> 8 & (Slots - 1));
        var stored = _names.AsSpan(slot * MaximumLength, _lengths[slot]);
        if (stored.SequenceEqual(name)) return _meanings[slot];
        var meaning = KeyNames.Classify(name);
        name.CopyTo(_names.AsSpan(slot * MaximumLength));
        _lengths[slot] = (byte)name.Length;
        return _meanings[slot] = meaning;
    }
}
