using System.Text.Json;
using System.Text.Json.Nodes;
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
        JsonObject content = JsonNode.Parse(redacted.Json, documentOptions: new JsonDocumentOptions { MaxDepth = 128 })!.AsObject();
        content["type"] = request.Type;
        content["actor"] = ActionBinding.Reference(request.Chain.Actor);
        content["subject"] = request.Chain.OnBehalfOf is { } subject ? ActionBinding.Reference(subject) : null;

        byte[] canonical = CanonicalJson.Canonicalize(content, ActionPayload.MaxBytes * 2);
        using JsonDocument document = JsonDocument.Parse(canonical, new JsonDocumentOptions { MaxDepth = 128 });
        return new RedactedView(document.RootElement.Clone(), Sha256Digest.Of(canonical), redacted.Findings);
    }
}
