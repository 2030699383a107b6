using System.Text.Json;

namespace Approvals.Cli.Redact;

/// <summary>Whether bytes of unknown kind are JSON: decided on how they begin, so that a truncated document is an error and not read as text.</summary>
internal static class JsonSniff
{
    public enum Kind
    {
        Text,
        Document,

        /// <summary>One document a line.</summary>
        Lines,
    }

    public static Kind Look(ReadOnlySpan<byte> head, bool whole)
    {
        var body = head.TrimStart(" \t\r\n"u8);
        if (body.Length < 2 || body[0] is not ((byte)'{' or (byte)'[')) return Kind.Text;
        var line = body.IndexOf((byte)'\n');
        if (line > 0 && IsDocument(body[..line]) && (body[(line + 1)..].IndexOfAnyExcept(" \t\r\n"u8) >= 0 || !whole)) return Kind.Lines;
        // '{' and a name or the end, '[' and a value: nothing else that people write begins so, but "[main] started" is a log.
        var next = body[1..].TrimStart(" \t\r\n"u8);
        var json = next.Length > 0 && (body[0] == '{' ? next[0] is (byte)'"' or (byte)'}' : next[0] is (byte)'{' or (byte)'"' or (byte)'[' or (byte)']');
        return json || (whole && IsDocument(body)) ? Kind.Document : Kind.Text;
    }

    private static bool IsDocument(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        try
        {
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
