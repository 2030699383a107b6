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
    private readonly sbyte[] _personal = new sbyte[Slots];

    public KeyMeaning Of(ReadOnlySpan<byte> name) => name.Length is < 2 or > MaximumLength ? KeyNames.Classify(name) : _meanings[Slot(name)];

    /// <summary>The rule of <see cref="Prose.PersonalKeys"/> a name announces, or -1.</summary>
    public int Personal(ReadOnlySpan<byte> name) => name.Length is < 2 or > MaximumLength ? -1 : _personal[Slot(name)];

    private int Slot(ReadOnlySpan<byte> name)
    {
        var hash = (uint)name.Length;
        foreach (var b in name) hash = (hash ^ b) * 16777619u;
        var slot = (int)(hash >> 8 & (Slots - 1));
        var stored = _names.AsSpan(slot * MaximumLength, _lengths[slot]);
        if (stored.SequenceEqual(name)) return slot;
        name.CopyTo(_names.AsSpan(slot * MaximumLength));
        _lengths[slot] = (byte)name.Length;
        _meanings[slot] = KeyNames.Classify(name);
        _personal[slot] = (sbyte)Prose.PersonalKeys.RuleOf(name);
        return slot;
    }
}
