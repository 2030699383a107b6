using System.Text;
using Approvals.Redaction;

namespace Approvals.Cli.Redact;

/// <summary>Redacts one document: JSON when it parses as JSON, else text.</summary>
internal static class WholeText
{
    public static async Task<int> RunAsync(Stream input, Stream output, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await input.CopyToAsync(buffer, cancellation);
        var bytes = buffer.ToArray();
        var first = bytes.AsSpan().IndexOfAnyExcept(" \t\r\n"u8);
        byte[] redacted;
        try
        {
            redacted = first >= 0 && bytes[first] is (byte)'{' or (byte)'['
                ? Redactor.Default.RedactJson(bytes).Json
                : Encoding.UTF8.GetBytes(Redactor.Default.RedactText(new UTF8Encoding(false, true).GetString(bytes)).Text);
        }
        catch (Exception error) when (error is RedactionException or DecoderFallbackException)
        {
            await Console.Error.WriteLineAsync(error is RedactionException known ? $"{known.Code}: {known.Message}" : "invalid_utf8: the input is not valid UTF-8; nothing was written.");
            return 3;
        }
        await output.WriteAsync(redacted, cancellation);
        return 0;
    }
}
