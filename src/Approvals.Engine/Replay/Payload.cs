using System.Runtime.InteropServices;
using System.Text.Json;
using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>Inputs, results and events as UTF-8 JSON, with their limits.</summary>
internal static class Payload
{
    /// <summary>Of one input, result or event, in bytes of JSON. What is larger belongs in a store of the caller's, with its key here.</summary>
    public const int MaxLength = 1 << 20;

    public const int MaxStatusLength = 16 * 1024;

    public static byte[] ToBytes(object? value, string what)
    {
        byte[] json = value switch
        {
            JsonElement element => Raw(element).ToArray(),
            null => "null"u8.ToArray(),
            _ => JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), DurableJson.Options),
        };
        Limit(json.Length, what);
        return json;
    }

    private static ReadOnlySpan<byte> Raw(JsonElement element) => JsonMarshal.GetRawUtf8Value(element);

    public static JsonElement Parse(byte[] json) => JsonDocument.Parse(json).RootElement;

    private static void Limit(int length, string what)
    {
        if (length > MaxLength)
            throw new ArgumentException($"{what} is at most {MaxLength} bytes as JSON; keep it elsewhere and pass its key.");
    }
}
