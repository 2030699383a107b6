using System.Numerics;

namespace Approvals.Redaction.Rules;

/// <summary>Every keyword of every rule under a small number, so that "which keywords stand near" is a bit set.</summary>
internal sealed class KeywordIndex
{
    private readonly uint[] _hashes;
    private readonly ushort[] _ids;
    private readonly int _mask;

    public KeywordIndex(IEnumerable<uint> keywords)
    {
        var distinct = keywords.Distinct().ToArray();
        Words = (distinct.Length + 64) / 64;
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)distinct.Length * 4 + 16);
        _hashes = new uint[size];
        _ids = new ushort[size];
        _mask = size - 1;
        for (var id = 1; id <= distinct.Length; id++)
        {
            var i = (int)distinct[id - 1] & _mask;
            while (_ids[i] != 0) i = (i + 1) & _mask;
            _hashes[i] = distinct[id - 1];
            _ids[i] = (ushort)id;
        }
    }

    /// <summary>Length of a bit set in 64-bit words.</summary>
    public int Words { get; }

    /// <summary>Number of a keyword from 1, or 0.</summary>
    public int IdOf(uint hash)
    {
        for (var i = (int)hash & _mask; _ids[i] != 0; i = (i + 1) & _mask)
            if (_hashes[i] == hash) return _ids[i];
        return 0;
    }

    public ulong[] BitsOf(uint[] keywords)
    {
        var bits = new ulong[Words];
        foreach (var hash in keywords)
        {
            var id = IdOf(hash);
            bits[id >> 6] |= 1UL << (id & 63);
        }
        return bits;
    }
}
