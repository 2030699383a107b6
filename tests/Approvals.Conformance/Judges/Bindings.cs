using System.Text.Json;
using System.Text.Json.Nodes;

namespace Approvals.Conformance.Judges;

/// <summary>The action binding as an executor makes it: of what it is about to run, and the actor, subject and nonce of the gate's first answer.</summary>
internal static class Bindings
{
    public static JsonObject Of(JsonObject request, JsonElement accepted) => new()
    {
        ["schemaVersion"] = 1,
        ["type"] = request["type"]!.DeepClone(),
        ["actor"] = Principal(accepted, "actor"),
        ["subject"] = Principal(accepted, "subject"),
        ["target"] = request["target"]!.DeepClone(),
        ["parameters"] = request["parameters"]?.DeepClone(),
        ["nonce"] = accepted.GetProperty("nonce").GetString(),
    };

    public static string DigestOf(JsonObject request, JsonElement accepted) => Canonical.DigestOf(JsonSerializer.SerializeToElement(Of(request, accepted)));

    private static JsonObject? Principal(JsonElement accepted, string name) => accepted.TryGetProperty(name, out JsonElement who)
        ? new JsonObject { ["kind"] = who.GetProperty("kind").GetString(), ["issuer"] = who.GetProperty("issuer").GetString(), ["subject"] = who.GetProperty("subject").GetString() }
        : null;
}
