using System.Text.Json;
using System.Text.Unicode;

namespace Approvals.Ledger.Json;

/// <summary>Reading of the room's own JSON formats: duplicate keys refused, depth and size limited, errors with stable codes.</summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = CanonicalJson.MaxDepth };

    /// <summary>One JSON object; its memory is its own.</summary>
    public static JsonElement ParseObject(ReadOnlyMemory<byte> utf8Json, int maxBytes, string code, string what)
    {
        if (utf8Json.Length > maxBytes) throw new LedgerFormatException(code, $"{what} is larger than {maxBytes} bytes.");
        // The parser looks at the bytes of a string only when it is read; two readers must not see two different texts.
        if (!Utf8.IsValid(utf8Json.Span)) throw new LedgerFormatException(code, $"{what} is not valid UTF-8.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8Json, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new LedgerFormatException(code, $"{what} must be a JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new LedgerFormatException(code, $"{what} is not valid JSON without duplicate keys.");
        }
    }

    /// <summary>A string member; null when absent. A member of another type, or with a lone surrogate, is an error.</summary>
    public static string? OptionalString(JsonElement json, string name, string code, string what)
    {
        if (!json.TryGetProperty(name, out JsonElement member)) return null;
        try
        {
            return member.ValueKind == JsonValueKind.String
                ? member.GetString()
                : throw new LedgerFormatException(code, $"{what}: \"{name}\" must be a string.");
        }
        catch (InvalidOperationException)
        {
            throw new LedgerFormatException(code, $"{what}: \"{name}\" is not valid Unicode.");
        }
    }

    public static string RequiredString(JsonElement json, string name, string code, string what) =>
        OptionalString(json, name, code, what) ?? throw new LedgerFormatException(code, $"{what}: \"{name}\" is missing.");
}
