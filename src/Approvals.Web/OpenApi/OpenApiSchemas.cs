using System.Text.Json.Nodes;

namespace Approvals.Web.OpenApi;

/// <summary>The JSON schemas (2020-12) of bodies and answers, written by hand in one embedded file.</summary>
internal static class OpenApiSchemas
{
    private static readonly Lazy<JsonObject> Source = new(Load);

    public static JsonObject All() => (JsonObject)Source.Value["schemas"]!.DeepClone();

    /// <summary>Query and header parameters of an operation.</summary>
    public static JsonArray? QueryOf(string operation) => (JsonArray?)Source.Value["parameters"]![operation]?.DeepClone();

    private static JsonObject Load()
    {
        using Stream stream = typeof(OpenApiSchemas).Assembly.GetManifestResourceStream("schemas.json")
            ?? throw new InvalidOperationException("The schemas are not embedded in the assembly.");
        return JsonNode.Parse(stream)!.AsObject();
    }
}
