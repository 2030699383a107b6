using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Approvals.Web.Tests.Hosting;

/// <summary>
/// As much of JSON Schema 2020-12 as the API's schemas use. A keyword that it does not know is an error, so that none is ignored unseen. It is
/// stricter in one thing: an answer has no member that its schema does not name.
/// </summary>
internal sealed class SchemaCheck(JsonElement schemas)
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with an answer; empty when nothing is.</summary>
    public List<string> Check(string schema, JsonElement json)
    {
        var errors = new List<string>();
        Check(schemas.GetProperty(schema), json, "", isClosed: true, errors);
        return errors;
    }

    private void Check(JsonElement schema, JsonElement json, string at, bool isClosed, List<string> errors)
    {
        if (schema.ValueKind == JsonValueKind.True) return;
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            JsonElement value = keyword.Value;
            bool isGood = keyword.Name switch
            {
                "$ref" => Into(schemas.GetProperty(value.GetString()!["#/components/schemas/".Length..])),
                "type" => IsOfType(json, value),
                "enum" => value.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, json)),
                "const" => JsonElement.DeepEquals(value, json),
                "required" => json.ValueKind != JsonValueKind.Object || value.EnumerateArray().All(name => json.TryGetProperty(name.GetString()!, out _)),
                "properties" => Properties(schema, value),
                "additionalProperties" => true, // with properties
                "items" => Items(value),
                "allOf" => value.EnumerateArray().All(part => Into(part, closed: false)),
                "oneOf" => value.EnumerateArray().Count(part => Quiet(part)) == 1,
                "minLength" => json.ValueKind != JsonValueKind.String || json.GetString()!.Length >= value.GetInt32(),
                "maxLength" => json.ValueKind != JsonValueKind.String || json.GetString()!.Length <= value.GetInt32(),
                "minItems" => json.ValueKind != JsonValueKind.Array || json.GetArrayLength() >= value.GetInt32(),
                "maxItems" => json.ValueKind != JsonValueKind.Array || json.GetArrayLength() <= value.GetInt32(),
                "minProperties" => json.ValueKind != JsonValueKind.Object || json.EnumerateObject().Count() >= value.GetInt32(),
                "minimum" => json.ValueKind != JsonValueKind.Number || json.GetDouble() >= value.GetDouble(),
                "pattern" => json.ValueKind != JsonValueKind.String || Regex.IsMatch(json.GetString()!, value.GetString()!, RegexOptions.None, PatternTimeout),
                "format" => json.ValueKind != JsonValueKind.String || IsOfFormat(json.GetString()!, value.GetString()!),
                "contentEncoding" => json.ValueKind != JsonValueKind.String || Convert.TryFromBase64String(json.GetString()!, new byte[json.GetString()!.Length], out _),
                "description" or "default" => true,
                _ => throw new NotSupportedException($"The schemas use '{keyword.Name}', which this check does not know."),
            };
            if (!isGood) errors.Add($"{(at.Length == 0 ? "/" : at)}: {keyword.Name} {value.GetRawText()} does not hold of {json.GetRawText()[..Math.Min(200, json.GetRawText().Length)]}");
        }

        bool Into(JsonElement other, bool closed = true)
        {
            int before = errors.Count;
            Check(other, json, at, isClosed && closed, errors);
            return errors.Count == before;
        }

        bool Quiet(JsonElement other)
        {
            var found = new List<string>();
            Check(other, json, at, isClosed, found);
            return found.Count == 0;
        }

        bool Properties(JsonElement owner, JsonElement known)
        {
            if (json.ValueKind != JsonValueKind.Object) return true;
            bool hasMore = owner.TryGetProperty("additionalProperties", out JsonElement more);
            foreach (JsonProperty member in json.EnumerateObject())
            {
                if (known.TryGetProperty(member.Name, out JsonElement schemaOf)) Check(schemaOf, member.Value, $"{at}/{member.Name}", true, errors);
                else if (hasMore && more.ValueKind is JsonValueKind.Object) Check(more, member.Value, $"{at}/{member.Name}", true, errors);
                else if (isClosed && !(hasMore && more.ValueKind == JsonValueKind.True)) errors.Add($"{at}/{member.Name}: is not in the schema");
            }

            return true;
        }

        bool Items(JsonElement item)
        {
            if (json.ValueKind != JsonValueKind.Array) return true;
            int index = 0;
            foreach (JsonElement element in json.EnumerateArray()) Check(item, element, string.Create(CultureInfo.InvariantCulture, $"{at}/{index++}"), true, errors);
            return true;
        }
    }

    private static bool IsOfType(JsonElement json, JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Any(one => IsOfType(json, one))
        : type.GetString() switch
        {
            "object" => json.ValueKind == JsonValueKind.Object,
            "array" => json.ValueKind == JsonValueKind.Array,
            "string" => json.ValueKind == JsonValueKind.String,
            "boolean" => json.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "null" => json.ValueKind == JsonValueKind.Null,
            "integer" => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out _),
            "number" => json.ValueKind == JsonValueKind.Number,
            var other => throw new NotSupportedException($"The schemas use the type '{other}'."),
        };

    private static bool IsOfFormat(string text, string format) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _) && text.EndsWith('Z'),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "uri-reference" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _),
        var other => throw new NotSupportedException($"The schemas use the format '{other}'."),
    };
}
