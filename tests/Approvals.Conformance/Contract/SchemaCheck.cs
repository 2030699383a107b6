using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Approvals.Conformance.Contract;

/// <summary>
/// Holds JSON against the schemas of an OpenAPI 3.1 document (JSON Schema 2020-12): as much of it as they use. A keyword that is not known here is an
/// error, so that nothing passes for not being understood.
/// </summary>
public sealed class SchemaCheck(JsonElement document)
{
    private static readonly string[] Silent = ["description", "title", "default", "example", "examples", "deprecated", "contentEncoding", "contentMediaType", "$comment"];

    /// <summary>What is wrong with a value, each with the JSON Pointer of the place; empty when nothing is.</summary>
    public IReadOnlyList<string> Check(JsonElement value, JsonElement schema)
    {
        var errors = new List<string>();
        Check(value, schema, "", errors, isWhole: true);
        return errors;
    }

    /// <summary>The members that an object of this schema must have.</summary>
    public string[] RequiredOf(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference)) schema = Resolve(reference);
        return schema.TryGetProperty("required", out JsonElement names) ? [.. names.EnumerateArray().Select(name => name.GetString()!)] : [];
    }

    /// <param name="isWhole">Whether this schema says all that there is about the value, so that a member it does not name is not documented.</param>
    private void Check(JsonElement value, JsonElement schema, string at, List<string> errors, bool isWhole)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            if (schema.ValueKind == JsonValueKind.False) errors.Add($"{at}: nothing may stand here");
            return;
        }

        if (isWhole) CheckDocumented(value, schema, at, errors);
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            if (Silent.Contains(keyword.Name) || keyword.Name.StartsWith("x-", StringComparison.Ordinal)) continue;
            Check(value, schema, keyword, at, errors);
        }
    }

    private void Check(JsonElement value, JsonElement schema, JsonProperty keyword, string at, List<string> errors)
    {
        void Require(bool holds, string what)
        {
            if (!holds) errors.Add($"{at}: {what}");
        }

        JsonElement rule = keyword.Value;
        bool isObject = value.ValueKind == JsonValueKind.Object, isArray = value.ValueKind == JsonValueKind.Array;
        bool isString = value.ValueKind == JsonValueKind.String, isNumber = value.ValueKind == JsonValueKind.Number;
        switch (keyword.Name)
        {
            case "$ref":
                Check(value, Resolve(rule), at, errors, isWhole: false);
                break;
            case "type":
                string[] types = rule.ValueKind == JsonValueKind.Array ? [.. rule.EnumerateArray().Select(type => type.GetString()!)] : [rule.GetString()!];
                Require(types.Any(type => IsOf(value, type)), $"a {value.ValueKind} stands where {string.Join(" or ", types)} is promised");
                break;
            case "enum":
                Require(rule.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)), $"{value} is not one of {rule}");
                break;
            case "const":
                Require(JsonElement.DeepEquals(rule, value), $"{value} is not {rule}");
                break;
            case "required":
                foreach (string name in rule.EnumerateArray().Select(name => name.GetString()!)) Require(!isObject || value.TryGetProperty(name, out _), $"'{name}' is missing");
                break;
            case "properties":
                if (!isObject) break;
                foreach (JsonProperty member in rule.EnumerateObject())
                {
                    if (value.TryGetProperty(member.Name, out JsonElement inner)) Check(inner, member.Value, $"{at}/{member.Name}", errors, isWhole: true);
                }

                break;
            case "additionalProperties":
                if (!isObject) break;
                foreach (JsonProperty member in value.EnumerateObject().Where(member => !(schema.TryGetProperty("properties", out JsonElement named) && named.TryGetProperty(member.Name, out _))))
                    Check(member.Value, rule, $"{at}/{member.Name}", errors, isWhole: true);
                break;
            case "items":
                if (!isArray) break;
                foreach ((int index, JsonElement item) in value.EnumerateArray().Index()) Check(item, rule, $"{at}/{index}", errors, isWhole: true);
                break;
            case "allOf":
                foreach (JsonElement part in rule.EnumerateArray()) Check(value, part, at, errors, isWhole: false);
                break;
            case "oneOf" or "anyOf":
                int matching = rule.EnumerateArray().Count(option => Check(value, option).Count == 0);
                Require(keyword.Name == "oneOf" ? matching == 1 : matching > 0, $"fits {matching} of {keyword.Name}");
                break;
            case "minProperties":
                Require(!isObject || value.EnumerateObject().Count() >= rule.GetInt32(), "too few members");
                break;
            case "minItems":
                Require(!isArray || value.GetArrayLength() >= rule.GetInt32(), "too few items");
                break;
            case "maxItems":
                Require(!isArray || value.GetArrayLength() <= rule.GetInt32(), "too many items");
                break;
            case "minLength":
                Require(!isString || value.GetString()!.Length >= rule.GetInt32(), "too short");
                break;
            case "maxLength":
                Require(!isString || value.GetString()!.Length <= rule.GetInt32(), "too long");
                break;
            case "minimum":
                Require(!isNumber || value.GetDouble() >= rule.GetDouble(), $"less than {rule}");
                break;
            case "maximum":
                Require(!isNumber || value.GetDouble() <= rule.GetDouble(), $"more than {rule}");
                break;
            case "pattern":
                Require(!isString || Regex.IsMatch(value.GetString()!, rule.GetString()!, RegexOptions.NonBacktracking), $"not of the form {rule}");
                break;
            case "format":
                Require(!isString || IsFormat(value.GetString()!, rule.GetString()!), $"not a {rule}");
                break;
            default:
                throw new InvalidOperationException($"The schema keyword '{keyword.Name}' is not known to this check; teach it.");
        }
    }

    /// <summary>Where members are named, an answer has no others: a client reads of all of them in the document.</summary>
    private void CheckDocumented(JsonElement value, JsonElement schema, string at, List<string> errors)
    {
        if (value.ValueKind != JsonValueKind.Object) return;
        var named = new HashSet<string>(StringComparer.Ordinal);
        if (!Collect(schema, named)) return;
        foreach (JsonProperty member in value.EnumerateObject().Where(member => !named.Contains(member.Name))) errors.Add($"{at}/{member.Name}: not documented");
    }

    /// <summary>The members that a schema names; false where it leaves them open.</summary>
    private bool Collect(JsonElement schema, HashSet<string> named)
    {
        if (schema.ValueKind != JsonValueKind.Object || schema.TryGetProperty("additionalProperties", out _) || schema.TryGetProperty("oneOf", out _)) return false;
        bool names = false;
        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            names = true;
            foreach (JsonProperty member in properties.EnumerateObject()) named.Add(member.Name);
        }

        if (schema.TryGetProperty("$ref", out JsonElement reference)) names |= Collect(Resolve(reference), named);
        if (schema.TryGetProperty("allOf", out JsonElement parts))
        {
            foreach (JsonElement part in parts.EnumerateArray()) names |= Collect(part, named);
        }

        return names;
    }

    private JsonElement Resolve(JsonElement reference)
    {
        JsonElement found = document;
        foreach (string part in reference.GetString()!.Split('/').Skip(1)) found = found.GetProperty(part);
        return found;
    }

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new InvalidOperationException($"The type '{type}' is not one of JSON Schema's."),
    };

    private static bool IsFormat(string text, string format) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date-time" => DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "uri-reference" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _),
        "duration" => text.StartsWith('P'),
        _ => throw new InvalidOperationException($"The format '{format}' is not known to this check; teach it."),
    };
}
