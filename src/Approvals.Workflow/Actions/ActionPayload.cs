using System.Text.Json;
using Approvals.Ledger.Json;

namespace Approvals.Workflow.Actions;

/// <summary>
/// What is sealed at the edge and opened by the redaction activity alone: everything the caller wrote.
/// UTF-8 JSON <c>{"binding":{…},"context":…,"justification":…}</c>.
/// </summary>
public static class ActionPayload
{
    /// <summary>
    /// The binding as it was hashed, and the rest, in a frame of their own: the parts may nest as deep as canonical JSON allows.
    /// </summary>
    /// <exception cref="Ledger.LedgerFormatException">A part has no canonical form, or all of it is larger than <see cref="MaxBytes"/>.</exception>
    public static byte[] Write(ActionBinding binding, JsonElement? context, string? justification)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("binding");
            writer.WriteRawValue(binding.CanonicalBytes.Span, skipInputValidation: true);
            writer.WritePropertyName("context");
            writer.WriteRawValue(context is { } given ? CanonicalJson.Canonicalize(given, MaxBytes) : "null"u8, skipInputValidation: true);
            writer.WriteString("justification", justification);
            writer.WriteEndObject();
        }

        return buffer.Length <= MaxBytes
            ? buffer.ToArray()
            : throw new Ledger.LedgerFormatException("json_too_large", $"The payload is larger than {MaxBytes} bytes; send less or send a reference.");
    }

    /// <summary>A request body may have 1 MiB; the frame around it is small.</summary>
    public const int MaxBytes = (1 << 20) + (16 << 10);

    /// <summary>
    /// The part of a payload that is redacted into the view: <c>{target, parameters, context, justification}</c>.
    /// Fails when the binding is not the one that <paramref name="actionDigest"/> names.
    /// </summary>
    public static byte[] ReadForRedaction(ReadOnlyMemory<byte> payload, string actionDigest)
    {
        using JsonDocument document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 128 });
        JsonElement binding = document.RootElement.GetProperty("binding");

        // INVARIANT: what is shown to people is what the digest names; anything else is never shown at all.
        if (!string.Equals(Sha256Digest.Of(CanonicalJson.Canonicalize(binding, MaxBytes)), actionDigest, StringComparison.Ordinal))
            throw new Durable.PermanentFailureException("payload_digest_mismatch", "The sealed payload is not the action that was requested.");

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            Copy("target", binding);
            Copy("parameters", binding);
            Copy("context", document.RootElement);
            Copy("justification", document.RootElement);
            writer.WriteEndObject();

            void Copy(string name, JsonElement from)
            {
                if (!from.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return;
                writer.WritePropertyName(name);
                RawJson.WriteTo(writer, value);
            }
        }

        return buffer.ToArray();
    }
}
