using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Approvals.Web.Identity.AppService;

/// <summary>
/// The header's base64 JSON, <c>{"auth_typ","claims":[{"typ","val"}…]}</c>, as a claims object of the names that tokens have: the platform
/// spells some of Entra ID's in the old SOAP way. A type that is there more than once becomes an array.
/// </summary>
internal static class AppServiceClaims
{
    private const int MaxHeader = 64 * 1024;
    private const int MaxClaims = 2_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    // ClaimTypes of .NET, and those that the platform's Entra ID provider writes.
    private static readonly Dictionary<string, string> Names = new()
    {
        ["http://schemas.microsoft.com/identity/claims/objectidentifier"] = "oid",
        ["http://schemas.microsoft.com/identity/claims/tenantid"] = "tid",
        ["http://schemas.microsoft.com/claims/authnmethodsreferences"] = "amr",
        ["http://schemas.microsoft.com/claims/authnclassreference"] = "acr",
        ["http://schemas.microsoft.com/ws/2008/06/identity/claims/role"] = "roles",
        ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"] = "sub",
        ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"] = "email",
        ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] = "upn",
    };

    /// <summary><see langword="null"/> when it is not what the platform writes.</summary>
    public static JsonElement? Read(string header)
    {
        if (header.Length > MaxHeader) return null;
        try
        {
            byte[] utf8 = new byte[Base64.GetMaxDecodedFromUtf8Length(header.Length)];
            if (Base64.DecodeFromUtf8(Encoding.ASCII.GetBytes(header), utf8, out _, out int length) != OperationStatus.Done) return null;
            using JsonDocument document = JsonDocument.Parse(utf8.AsMemory(0, length), Strict);
            JsonElement list = document.RootElement.GetProperty("claims");
            if (list.GetArrayLength() > MaxClaims) return null;
            var claims = new Dictionary<string, List<string>>();
            foreach (JsonElement claim in list.EnumerateArray())
            {
                string type = claim.GetProperty("typ").GetString()!;
                string name = Names.GetValueOrDefault(type, type);
                if (!claims.TryGetValue(name, out List<string>? values)) claims[name] = values = [];
                values.Add(claim.GetProperty("val").GetString()!);
            }

            return JsonSerializer.SerializeToElement(claims.ToDictionary(
                claim => claim.Key, JsonNode (claim) => claim.Value is [var only] ? JsonValue.Create(only) : new JsonArray([.. claim.Value.Select(value => (JsonNode)JsonValue.Create(value))])));
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            return null;
        }
    }
}
