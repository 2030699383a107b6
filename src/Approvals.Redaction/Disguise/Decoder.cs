using System.Buffers;
using System.Buffers.Text;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Disguise;

/// <summary>Undoes one layer of an encoding over one run of text.</summary>
internal static class Decoder
{
    /// <summary>Base64 or base64url of text that is printable UTF-8; 0 if it is not that.</summary>
    public static int FromBase64(ReadOnlySpan<byte> run, Span<byte> output)
    {
        run = run.TrimEnd((byte)'=');
        if (run.Length < 16 || run.Length % 4 == 1 || run.Length > output.Length) return 0;
        int written;
        OperationStatus status;
        if (run.IndexOfAny((byte)'-', (byte)'_') >= 0) status = Base64Url.DecodeFromUtf8(run, output, out _, out written);
        else status = Base64Url.DecodeFromUtf8(Standard(run, output), output, out _, out written);
        return status == OperationStatus.Done && IsText(output[..written]) ? written : 0;
    }

    public static int FromHex(ReadOnlySpan<byte> run, Span<byte> output)
    {
        if (run.Length < 24 || run.Length % 2 != 0) return 0;
        var n = 0;
        for (var i = 0; i < run.Length; i += 2)
        {
            int high = ByteClass.HexValue(run[i]), low = ByteClass.HexValue(run[i + 1]);
            if ((high | low) < 0) return 0;
            output[n++] = (byte)(high << 4 | low);
        }
        return IsText(output[..n]) ? n : 0;
    }

    private static ReadOnlySpan<byte> Standard(ReadOnlySpan<byte> run, Span<byte> output)
    {
        run.CopyTo(output);
        var copy = output[..run.Length];
        copy.Replace((byte)'+', (byte)'-');
        copy.Replace((byte)'/', (byte)'_');
        return copy;
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 8 && bytes.IndexOfAnyExceptInRange((byte)0x09, (byte)0xF4) < 0 && bytes.IndexOfAnyInRange((byte)0x0E, (byte)0x1F) < 0 && System.Text.Unicode.Utf8.IsValid(bytes);
}
