using System.Text.Json;
using Approvals.Ledger.Json;
using Approvals.Redaction;

namespace Approvals.Workflow.Actions;

/// <summary>Makes the redacted view: what reviewers, policy, notifications and records see of a request.</summary>
public static class ActionView
{
    /// <summary>
    /// Redacts a sealed payload. The principals are not the caller's words but verified, so they are shown as they are; everything
    /// else in the view went through the redactor in one pass, so that a value has the same pseudonym wherever it stands.
    /// </summary>
    public static RedactedView Create(ActionRequest request, ReadOnlyMemory<byte> payload, Redactor redactor)
    {
        JsonRedaction redacted = redactor.RedactJson(ActionPayload.ReadForRedaction(payload, request.ActionDigest));
        JsonElement masked = RawJson.Parse(redacted.Json);
        byte[] content = RawJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type", request.Type);
            ActionBinding.WriteReference(writer, "actor", request.Chain.Actor);
            ActionBinding.WriteReference(writer, "subject", request.Chain.OnBehalfOf);
            foreach (JsonProperty part in masked.EnumerateObject())
            {
                writer.WritePropertyName(part.Name);
                RawJson.WriteTo(writer, part.Value);
            }

            writer.WriteEndObject();
        });
        byte[] canonical = CanonicalJson.Canonicalize(content, ActionPayload.MaxBytes * 2);
        return new RedactedView(RawJson.Parse(canonical), Sha256Digest.Of(canonical), redacted.Findings);
    }
}
