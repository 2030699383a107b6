using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Requests;

/// <summary>The <c>Idempotency-Key</c> header (draft-ietf-httpapi-idempotency-key-header).</summary>
internal static class IdempotencyKey
{
    public static string? Read(HttpRequest request)
    {
        if (request.Headers["Idempotency-Key"] is not { Count: > 0 } header) return null;
        string key = header.Count == 1 ? header[0]! : "";
        return key.Length is > 0 and <= 255 && key.All(character => character is > ' ' and <= '~')
            ? key
            : throw QueryParameters.Invalid("Idempotency-Key", "Send one key of 1 to 255 visible ASCII characters.");
    }
}
