using System.Buffers.Binary;

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

    /// <summary>Of both ends of the name and its length: names in the same text that share these are rare, and only cost a look.</summary>
    private static ulong Hash(ReadOnlySpan<byte> name)
    {
        var (head, tail) = name.Length >= 8 ? (BinaryPrimitives.ReadUInt64LittleEndian(name), BinaryPrimitives.ReadUInt64LittleEndian(name[^8..]))
            : name.Length >= 4 ? (BinaryPrimitives.ReadUInt32LittleEndian(name), BinaryPrimitives.ReadUInt32LittleEndian(name[^4..]))
            : (BinaryPrimitives.ReadUInt16LittleEndian(name), (ulong)name[^1]);
        return (head * 0x9E3779B97F4A7C15 ^ tail + (ulong)name.Length) * 0xD6E8FEB86659FD93;
    }

    private int Slot(ReadOnlySpan<byte> name)
    {
        var slot = (int)(Hash(name) >> 55);
        var stored = _names.AsSpan(slot * MaximumLength, _lengths[slot]);
        if (stored.SequenceEqual(name)) return slot;
        name.CopyTo(_names.AsSpan(slot * MaximumLength));
        _lengths[slot] = (byte)name.Length;
        _meanings[slot] = KeyNames.Classify(name);
        _personal[slot] = (sbyte)Prose.PersonalKeys.RuleOf(name);
        return slot;
    }
}
