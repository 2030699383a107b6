using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Approvals.Ledger.Json;

/// <summary>
/// The JSON Canonicalization Scheme, RFC 8785: one byte sequence per JSON value, fit to be hashed and signed.
/// Pure and thread-safe.
/// </summary>
/// <remarks>
/// Input must be I-JSON (RFC 7493): UTF-8 without a byte order mark, no duplicate keys, no lone surrogates, numbers within
/// IEEE 754 double. One rule is stricter than RFC 8785: an integer literal that a double cannot carry (9007199254740993) is refused
/// rather than rounded, because two different actions would otherwise have the same digest.
/// Errors are <see cref="LedgerFormatException"/>: <c>json_too_large</c>, <c>json_malformed</c>, <c>json_too_deep</c>,
/// <c>json_invalid_string</c>, <c>json_duplicate_key</c>, <c>json_number_out_of_range</c>, <c>json_number_loses_precision</c>.
/// </remarks>
public static class CanonicalJson
{
    /// <summary>Arrays and objects may be nested this deep.</summary>
    public const int MaxDepth = 64;

    /// <summary>Size limit of the input where the caller names none: 1 MiB.</summary>
    public const int DefaultMaxBytes = 1 << 20;

    /// <summary>Canonical form of one JSON text in UTF-8.</summary>
    public static byte[] Canonicalize(ReadOnlySpan<byte> utf8Json, int maxBytes = DefaultMaxBytes)
    {
        if (utf8Json.Length > maxBytes)
            throw new LedgerFormatException("json_too_large", $"The JSON text is larger than {maxBytes} bytes; send less or send a reference.");
        // One level of slack, so that exceeding the depth is our error and not one of syntax.
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        var writer = new CanonicalJsonWriter(utf8Json.Length);
        try
        {
            reader.Read();
            writer.WriteValue(ref reader, 0);
            reader.Read(); // throws where anything but white space follows
            return writer.ToArray();
        }
        catch (JsonException e)
        {
            // The reader's own message quotes the input; the position does not.
            throw new LedgerFormatException("json_malformed", $"Not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.");
        }
        catch (InvalidOperationException)
        {
            throw new LedgerFormatException("json_invalid_string", "A string is not valid Unicode: send valid UTF-8 and pair every surrogate escape.");
        }
    }

    /// <summary>Canonical form of a parsed element, from its original text: duplicate keys are still seen and refused.</summary>
    public static byte[] Canonicalize(JsonElement element, int maxBytes = DefaultMaxBytes) =>
        Canonicalize(JsonMarshal.GetRawUtf8Value(element), maxBytes);

    /// <summary>Canonical form of a JSON tree; null is the JSON null.</summary>
    public static byte[] Canonicalize(JsonNode? node, int maxBytes = DefaultMaxBytes) =>
        Canonicalize(node is null ? "null"u8 : JsonSerializer.SerializeToUtf8Bytes(node, JsonNodeTypeInfo), maxBytes);

    /// <summary>Canonical form of a serializable value.</summary>
    public static byte[] Serialize<T>(T value, JsonTypeInfo<T> typeInfo, int maxBytes = DefaultMaxBytes) =>
        Canonicalize(JsonSerializer.SerializeToUtf8Bytes(value, typeInfo), maxBytes);

    private static readonly JsonTypeInfo<JsonNode> JsonNodeTypeInfo =
        (JsonTypeInfo<JsonNode>)new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver(), MaxDepth = MaxDepth + 1 }
            .GetTypeInfo(typeof(JsonNode));
}
