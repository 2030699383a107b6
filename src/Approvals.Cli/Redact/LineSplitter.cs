namespace Approvals.Cli.Redact;

/// <summary>Reads a stream in blocks of about a megabyte that end at line ends. A line longer than 16 MiB is cut at a blank, or where it must be.</summary>
internal sealed class LineSplitter(Stream input, ReadOnlyMemory<byte> head = default)
{
    private const int BlockSize = 1 << 20;
    private const int LongestLine = 16 << 20;

    private byte[] _rest = head.ToArray();
    private bool _ended;

    /// <summary>The next block, or null at the end. The caller owns it.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        var block = new byte[Math.Max(BlockSize, _rest.Length * 2)];
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
            if (_ended) return block.AsMemory(0, length);
            var cut = block.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
            if (cut == 0 && length < LongestLine)
            {
                Array.Resize(ref block, block.Length * 2);
                continue;
            }
            if (cut == 0) cut = block.AsSpan(0, length).LastIndexOf((byte)' ') + 1;
            if (cut == 0) cut = CharacterStart(block, length);
            _rest = block.AsSpan(cut, length - cut).ToArray();
            return block.AsMemory(0, cut);
        }
    }

    private static int CharacterStart(byte[] block, int length)
    {
        var i = length - 1;
        while (i > length - 4 && (block[i] & 0xC0) == 0x80) i--;
        return i;
    }
}
