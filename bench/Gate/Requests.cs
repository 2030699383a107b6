using System.Globalization;
using System.Text;

namespace Approvals.Bench.Gate;

/// <summary>Requests as bytes, and what is read out of answers.</summary>
internal static class Requests
{
    private const int IdLength = 36;

    public static byte[] Get(string path, string? key) => Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{Authorization(key)}\r\n");

    public static byte[] Post(string path, string? key, string json)
    {
        byte[] body = Encoding.UTF8.GetBytes(json);
        byte[] head = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{Authorization(key)}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"));
        return [.. head, .. body];
    }

    public static byte[] Delete(string path, string? key) => Encoding.ASCII.GetBytes(
        $"DELETE {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{Authorization(key)}\r\n");

    /// <summary>The id in an answer about one action.</summary>
    public static string IdIn(ReadOnlySpan<byte> body) => Encoding.ASCII.GetString(Field(body, "\"id\":\""u8)[..IdLength]);

    /// <summary>The value of the first text field of that name, as bytes to the end of the body; empty when there is none.</summary>
    /// <param name="name">With quotes, colon and the value's opening quote.</param>
    public static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> body, ReadOnlySpan<byte> name)
    {
        int at = body.IndexOf(name);
        return at < 0 ? [] : body[(at + name.Length)..];
    }

    private static string Authorization(string? key) => key is null ? "" : $"Authorization: Bearer {key}\r\n";
}
