using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Rules;

/// <summary>What a place in the text is; decides which rules look at it at all.</summary>
[Flags]
internal enum TokenKinds
{
    /// <summary>The beginning of any word: formats with a fixed beginning look at it.</summary>
    Word = 0,

    /// <summary>The word begins with a digit and is no part of a date or time.</summary>
    Digit = 1,

    /// <summary>The word begins with a letter and holds a digit, or is short and followed by one.</summary>
    Letter = 2,

    /// <summary>A long run of base64 letters begins here.</summary>
    LongRun = 4,

    /// <summary>Only formats that are known by a keyword before them.</summary>
    Keyed = 8,

    /// <summary>What a format holds further in stands close ahead.</summary>
    Needle = 16,

    /// <summary>The word begins like no format with a fixed beginning.</summary>
    OtherBeginning = 32,
}

/// <summary>
/// Which rules may match at a place: bit-parallel over all rules at once, as in Shift-And matching (Baeza-Yates and Gonnet, 1992). For each of the first
/// six bytes a table says which rules can have that byte there, one more which rules can begin with a word of that length; what is left after
/// a few ANDs is tried. The order of the rules does not matter, and adding one costs a bit.
/// </summary>
internal sealed class RuleFilter
{
    private const int Places = 6;

    /// <summary>ASCII, and one row for all other bytes.</summary>
    private const int Rows = 129;

    private const int LongestWord = 64;
    private const int MostDigits = 20;
    private const int Kinds = 64;

    private readonly ulong[] _places;
    private readonly ulong[] _lengths;
    private readonly ulong[] _kinds;
    private readonly ulong[] _digits;
    private readonly ulong[] _beginnings = new ulong[(1 << 16) / 64];
    private readonly ulong[] _always;
    private readonly ulong[] _whole;

    /// <summary>For each combination of kinds the vectors that hold any rule for it.</summary>
    private readonly uint[] _vectors = new uint[Kinds];

    public RuleFilter(int slots)
    {
        Vectors = (slots + 511) / 512;
        Words = Vectors * 8;
        _places = new ulong[Places * Rows * Words];
        _lengths = new ulong[(LongestWord + 2) * Words];
        _kinds = new ulong[Kinds * Words];
        _digits = new ulong[(MostDigits + 1) * Words];
        _always = new ulong[Words];
        _whole = new ulong[Words];
        // Armour and curl are read by code of their own.
        AddBeginning("BEG"u8);
        AddBeginning("cur"u8);
    }

    /// <summary>Length of a bit set of rules, in vectors and in words of 64 bits.</summary>
    public int Vectors { get; }

    public int Words { get; }

    /// <param name="slot">The bit of the rule.</param>
    /// <param name="rule">A rule with a pattern.</param>
    /// <param name="kinds">Where it is tried: at every word when <see cref="TokenKinds.Word"/>, else at places that have one of these kinds.</param>
    // Runs once for each rule when a process begins: not worth waiting for the runtime to find out that it is hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int slot, Rule rule, TokenKinds kinds)
    {
        var (word, bit) = (slot >> 6, 1UL << (slot & 63));
        var first = rule.Pattern!.FirstBytes(Places);
        for (var place = 0; place < Places; place++)
            for (var b = 0; b < Rows; b++)
                if (b == 128 ? first[place].Any : first[place].Any || first[place].Set.Contains((byte)b)) _places[(place * Rows + b) * Words + word] |= bit;
        if (kinds == TokenKinds.Word) AddBeginnings(first);
        var lengths = rule.Pattern.FirstToken(LongestWord).Lengths;
        for (var length = 1; length <= LongestWord + 1; length++)
            if (length > LongestWord || (lengths >> (length - 1) & 1) != 0) _lengths[length * Words + word] |= bit;
        for (var kind = 0; kind < Kinds; kind++)
        {
            var keyed = (kind & (int)TokenKinds.Keyed) != 0;
            var begins = (kind & (int)TokenKinds.OtherBeginning) == 0;
            if (!(kinds == TokenKinds.Word ? !keyed && begins : ((int)kinds & kind) != 0)) continue;
            _kinds[kind * Words + word] |= bit;
            _vectors[kind] |= 1u << (slot >> 9);
        }
        for (var digits = 0; digits <= MostDigits; digits++)
            if (digits == MostDigits || digits >= rule.Pattern.LeadingDigits) _digits[digits * Words + word] |= bit;
        if (rule.Reach == Reach.Anywhere) _always[word] |= bit;
        if (rule.Reach == Reach.WholeValue) _whole[word] |= bit;
    }

    /// <summary>Whether any format with a fixed beginning may begin with these bytes: what most words fail.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayBegin(ulong bytes) => Begins((uint)bytes) != 0;

    /// <summary>As <see cref="MayBegin"/>, as 1 or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Begins(uint bytes)
    {
        var bit = BeginningBit(bytes);
        return Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_beginnings), bit >> 6) >> (bit & 63) & 1;
    }

    /// <summary>The vectors that hold any rule for these kinds, as bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint VectorsFor(TokenKinds kinds) => _vectors[(int)kinds];

    private void AddBeginning(ReadOnlySpan<byte> three)
    {
        var bit = BeginningBit((uint)(three[0] | three[1] << 8 | three[2] << 16));
        _beginnings[bit >> 6] |= 1UL << (bit & 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BeginningBit(uint bytes) => (int)((bytes & 0xFFFFFF) * 2654435761u >> 16);

    private void AddBeginnings((ByteSet Set, bool Any)[] first)
    {
        var (x, y, z) = (Members(first[0]), Members(first[1]), Members(first[2]));
        foreach (var one in x)
            foreach (var two in y)
                foreach (var three in z)
                    AddBeginning([(byte)one, (byte)two, (byte)three]);

        static int[] Members((ByteSet Set, bool Any) place) => [.. Enumerable.Range(0, 256).Where(b => place.Any || place.Set.Contains((byte)b))];
    }

    /// <summary>The bytes at a place, for <see cref="At"/>; zero after the end of the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bytes(ReadOnlySpan<byte> text, int start)
    {
        if (start + 8 <= text.Length) return BinaryPrimitives.ReadUInt64LittleEndian(text[start..]);
        var bytes = 0UL;
        for (var i = text.Length - 1; i >= start; i--) bytes = bytes << 8 | text[i];
        return bytes;
    }

    /// <summary>Rules of one vector that may match where these bytes stand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<ulong> At(int vector, ulong bytes, int length, TokenKinds kinds)
    {
        ref var places = ref MemoryMarshal.GetArrayDataReference(_places);
        var offset = vector * 8;
        var found = Load(ref MemoryMarshal.GetArrayDataReference(_kinds), (int)kinds * Words + offset)
            & Load(ref MemoryMarshal.GetArrayDataReference(_lengths), Math.Min(length, LongestWord + 1) * Words + offset);
        // Written out: the compiler leaves a loop here, and this is where the time of a log goes.
        found &= Row(ref places, 0, bytes, offset) & Row(ref places, 1, bytes >> 8, offset) & Row(ref places, 2, bytes >> 16, offset);
        found &= Row(ref places, 3, bytes >> 24, offset) & Row(ref places, 4, bytes >> 32, offset) & Row(ref places, 5, bytes >> 40, offset);
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<ulong> Row(ref ulong places, int place, ulong bytes, int offset) => Load(ref places, (place * Rows + (int)Math.Min((uint)(byte)bytes, 128)) * Words + offset);

    /// <summary>Those that need no more digits than so many before anything else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<ulong> WithDigits(int vector, int digits) => Load(ref MemoryMarshal.GetArrayDataReference(_digits), Math.Min(digits, MostDigits) * Words + vector * 8);

    /// <summary>Those that need no company.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<ulong> Always(int vector) => Load(ref MemoryMarshal.GetArrayDataReference(_always), vector * 8);

    /// <summary>Those that may also be the whole text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<ulong> Whole(int vector) => Load(ref MemoryMarshal.GetArrayDataReference(_whole), vector * 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Load(ref ulong table, int offset) => Vector512.LoadUnsafe(ref table, (nuint)offset);
}
