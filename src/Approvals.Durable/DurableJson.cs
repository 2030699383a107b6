using System.Text.Json;
using System.Text.Json.Serialization;

namespace Approvals.Durable;

/// <summary>How inputs, results, events and statuses are written in histories. Wire format: changing it breaks recorded histories.</summary>
public static class DurableJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            MaxDepth = 128, // a request may nest 64 deep by itself, and stands inside a document
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
