using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Approvals.Cli.Redact;

/// <summary>
/// Reads a stream in blocks of about a megabyte that end at line ends. A line longer than 16 MiB is cut at a blank, or where it must be.
/// </summary>
/// <param name="input">The stream.</param>
/// <param name="head">Bytes that were read from it before.</param>
/// <param name="quoted">The lines are rows of a table: a line end inside quotes ends none.</param>
internal sealed class LineSplitter(Stream input, ReadOnlyMemory<byte> head = default, bool quoted = false)
{
    private const int BlockSize = 1 << 20;
    private const int LongestLine = 16 << 20;

    /// <summary>A private key is not cut: its end alone looks like anything.</summary>
    private const int LongestKey = 64 * 1024;

    private readonly ConcurrentQueue<byte[]> _free = [];
    private byte[] _rest = head.ToArray();
    private bool _ended;
    private long _offset;
    private long _line = 1;

    /// <summary>The first line of the stream; set when the first block is handed out.</summary>
    public ReadOnlyMemory<byte> FirstLine { get; private set; }

    /// <summary>The next block, or null at the end.</summary>
    public async ValueTask<Block?> NextAsync(CancellationToken cancellation)
    {
        var size = Math.Max(BlockSize, _rest.Length * 2);
        if (size > BlockSize || !_free.TryDequeue(out var block)) block = new byte[size];
        _rest.CopyTo(block, 0);
        var length = _rest.Length;
        _rest = [];
        while (true)
        {
            if (!_ended)
            {
                var read = await input.ReadAtLeastAsync(block.AsMemory(length), block.Length - length, throwOnEndOfStream: false, cancellation);
                _ended = read < block.Length - length;
                length += read;
            }
            if (length == 0) return null;
            if (_ended) return Take(block.AsMemory(0, length));
            var cut = LineEnd(block.AsSpan(0, length));
            if (cut == 0 && length < LongestLine)
            {
                Array.Resize(ref block, block.Length * 2);
                continue;
            }
            if (cut == 0) cut = block.AsSpan(0, length).LastIndexOf((byte)' ') + 1;
            if (cut == 0) cut = CharacterStart(block, length);
            _rest = block.AsSpan(cut, length - cut).ToArray();
            return Take(block.AsMemory(0, cut));
        }
    }

    /// <summary>Takes back the bytes of a block that nobody needs any more.</summary>
    public void Return(Block block)
    {
        if (MemoryMarshal.TryGetArray(block.Bytes, out var bytes) && bytes.Array!.Length == BlockSize) _free.Enqueue(bytes.Array);
    }

    private Block Take(ReadOnlyMemory<byte> bytes)
    {
        var block = new Block(bytes, _offset, _line);
        if (_offset == 0) FirstLine = (bytes.Span.IndexOf((byte)'\n') is var end and >= 0 ? bytes[..end] : bytes).ToArray();
        _offset += bytes.Length;
        _line += bytes.Span.Count((byte)'\n');
        return block;
    }

    private int LineEnd(ReadOnlySpan<byte> block)
    {
        var cut = block.LastIndexOf((byte)'\n') + 1;
        while (quoted && cut > 0 && (block[..cut].Count((byte)'"') & 1) == 1) cut = block[..(cut - 1)].LastIndexOf((byte)'\n') + 1;
        return BeforeOpenKey(block, cut);
    }

    private static int BeforeOpenKey(ReadOnlySpan<byte> block, int cut)
    {
        var from = Math.Max(0, cut - LongestKey);
        var begin = block[from..cut].LastIndexOf("-----BEGIN "u8);
        if (begin < 0 || block[(from + begin)..cut].IndexOf("-----END "u8) >= 0) return cut;
        var line = block[..(from + begin)].LastIndexOf((byte)'\n') + 1;
        return line > 0 ? line : cut;
    }

    private static int CharacterStart(byte[] block, int length)
    {
        var i = length - 1;
        while (i > length - 4 && (block[i] & 0xC0) == 0x80) i--;
        return i;
    }
}
