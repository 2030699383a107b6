using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Approvals.Redaction.Rules;

namespace Approvals.Redaction.Scan;

/// <summary>
/// Which rule keywords stand around a place: every word of the text is looked at once, block by block, and a place sees its own block and the ones before and
/// after. It may say yes for a word slightly too far away; the rule then looks exactly.
/// </summary>
internal sealed class NearbyKeywords
{
    private const int BlockBits = 8;
    private const int Ring = 4;

    /// <summary>Joined names longer than this are no keyword.</summary>
    private const int LongestName = 96;

    private readonly Block[] _blocks = [new(), new(), new(), new()];
    private readonly Block _keys = new();
    private ulong[] _allowed = [];
    private ulong[] _open = [];
    private int _at = -1;
    private bool _anyVendor;
    private bool _any;

    /// <summary>Forgets the text.</summary>
    public void Reset()
    {
        _at = -1;
        foreach (var block in _blocks) block.Number = -1;
        _keys.Number = -1;
    }

    public bool AnyVendor(in ScanText text, int at)
    {
        Ensure(text, at);
        return _anyVendor;
    }

    /// <summary>Whether any keyword of any rule stands near.</summary>
    public bool Any(in ScanText text, int at)
    {
        Ensure(text, at);
        return _any;
    }

    /// <summary>Whether a keyword of the rule stands near.</summary>
    public bool Allows(in ScanText text, int at, int rule)
    {
        Ensure(text, at);
        var slot = text.Rules[rule].Slot;
        return _any && (_allowed[slot >> 6] >> (slot & 63) & 1) != 0;
    }

    /// <summary>Of one vector the rules that need no keyword at this place or have one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<ulong> Open(in ScanText text, int at, int vector)
    {
        Ensure(text, at);
        return Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_open), (nuint)(vector * 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Ensure(in ScanText text, int at)
    {
        if (at >> BlockBits != _at) Move(text, at >> BlockBits);
    }

    private void Move(in ScanText text, int number)
    {
        _at = number;
        if (_keys.Number != 0)
        {
            _keys.Begin(0, text.Rules.Filter.Words);
            foreach (var hash in new WordHashes(text.Key)) Note(text, _keys, hash);
            foreach (var hash in new WordHashes(text.ParentKey)) Note(text, _keys, hash);
        }
        var (before, here, after) = (BlockAt(text, number - 1), BlockAt(text, number), BlockAt(text, number + 1));
        _any = before.Any | here.Any | after.Any | _keys.Any;
        _anyVendor = before.AnyVendor | here.AnyVendor | after.AnyVendor | _keys.AnyVendor;
        var filter = text.Rules.Filter;
        if (_open.Length != filter.Words) (_allowed, _open) = (new ulong[filter.Words], new ulong[filter.Words]);
        for (var vector = 0; vector < filter.Vectors; vector++)
        {
            var allowed = _any ? before.At(vector) | here.At(vector) | after.At(vector) | _keys.At(vector) : Vector512<ulong>.Zero;
            allowed.CopyTo(_allowed, vector * 8);
            (allowed | filter.Always(vector) | (text.MayBeWhole ? filter.Whole(vector) : Vector512<ulong>.Zero)).CopyTo(_open, vector * 8);
        }
    }

    private Block BlockAt(in ScanText text, int number)
    {
        var block = _blocks[number & (Ring - 1)];
        if (block.Number == number && number >= 0) return block;
        block.Begin(number, text.Rules.Filter.Words);
        if (number >= 0 && number << BlockBits < text.Bytes.Length) Read(text, block);
        return block;
    }

    /// <summary>Notes the words that begin in a block.</summary>
    private static void Read(in ScanText text, Block block)
    {
        var masks = text.Masks;
        var bytes = text.Bytes;
        var keywords = text.Rules.Keywords;
        var first = block.Number << (BlockBits - 6);
        var last = Math.Min(masks.LastBlock, first + (1 << (BlockBits - 6)) - 1);
        // What redaction wrote before announces nothing.
        var maskTo = 0;
        for (var at = first; at <= last; at++)
        {
            var part = masks.Parts(at);
            var upper = masks.Capitals(at);
            var lower = part & ~upper & ~masks.Digits(at);
            var (partBefore, upperBefore, lowerBefore) = at == 0 ? default : (masks.Parts(at - 1) >> 63, masks.Capitals(at - 1) >> 63, (masks.Parts(at - 1) & ~masks.Capitals(at - 1) & ~masks.Digits(at - 1)) >> 63);
            var cuts = upper & ((lower << 1 | lowerBefore) | (upper << 1 | upperBefore) & (lower >> 1 | masks.Parts(at + 1) << 63));
            var starts = part & ~(part << 1 | partBefore);
            if (!keywords.AnyDigit) starts &= ~masks.Digits(at);
            for (; starts != 0; starts &= starts - 1)
            {
                var offset = BitOperations.TrailingZeroCount(starts);
                var start = (at << 6) + offset;
                var gaps = ~part >> offset;
                var end = gaps != 0 ? start + BitOperations.TrailingZeroCount(gaps) : masks.NextNonPart(start);
                if (start < maskTo) continue;
                if (start > 0 && bytes[start - 1] == '[' && WordHashes.MaskLength(bytes[(start - 1)..]) is var mask and > 0)
                {
                    maskTo = start - 1 + mask;
                    continue;
                }
                if (keywords.MayBe(RuleFilter.Bytes(bytes, start), end - start)) Note(text, block, ByteClass.FoldedHash(bytes[start..end]));
                if (gaps == 0 || (cuts >> offset & (gaps & 0 - gaps) - 2) != 0) Parts(text, block, start, end);
                if (end < bytes.Length && IsJoint(bytes[end]) && !(start > 1 && IsJoint(bytes[start - 1]) && masks.IsPart(start - 2))) Joined(text, block, start);
            }
        }
    }

    /// <summary>"iban_number", "x-api-key": the parts are noted one by one; here the joined whole is.</summary>
    private static void Joined(in ScanText text, Block block, int start)
    {
        var bytes = text.Bytes;
        var first = 0UL;
        var limit = Math.Min(bytes.Length, start + LongestName);
        int end = start, length = 0;
        for (; end < limit; end++)
        {
            if (IsJoint(bytes[end])) continue;
            if (!ByteClass.IsWord(bytes[end])) break;
            if (length < 8) first |= (ulong)bytes[end] << 8 * length;
            length++;
        }
        if (!text.Rules.Keywords.MayBe(first, length)) return;
        foreach (var hash in new WordHashes(bytes[start..end])) Note(text, block, hash);
    }

    /// <summary>"customerSsn": each part; the whole is noted as any word. The cuts are those of <see cref="WordHashes"/>.</summary>
    private static void Parts(in ScanText text, Block block, int start, int end)
    {
        var bytes = text.Bytes;
        var from = start;
        for (var i = start + 1; i <= end; i++)
        {
            if (i < end && !WordHashes.IsCut(bytes[..end], i)) continue;
            if (text.Rules.Keywords.MayBe(RuleFilter.Bytes(bytes, from), i - from)) Note(text, block, ByteClass.FoldedHash(bytes[from..i]));
            from = i;
        }
    }

    private static bool IsJoint(byte b) => b is (byte)'_' or (byte)'-';

    private static void Note(in ScanText text, Block block, uint hash)
    {
        if (text.Rules.Keywords.Find(hash) is not { } keyword) return;
        block.Any = true;
        block.AnyVendor |= keyword.Vendor;
        for (var i = 0; i < block.Rules.Length; i++) block.Rules[i] |= keyword.Rules[i];
    }

    /// <summary>The rules whose keywords begin in one stretch of the text.</summary>
    private sealed class Block
    {
        public int Number { get; set; } = -1;

        public bool Any { get; set; }

        public bool AnyVendor { get; set; }

        public ulong[] Rules { get; private set; } = [];

        public Vector512<ulong> At(int vector) => Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Rules), (nuint)(vector * 8));

        public void Begin(int number, int words)
        {
            Number = number;
            if (Rules.Length != words) Rules = new ulong[words];
            else if (Any) Array.Clear(Rules);
            Any = AnyVendor = false;
        }
    }
}
