using System.Globalization;
using System.Text.Json;
using Approvals.Policy.Cel.Evaluation;
using Approvals.Policy.Cel.Functions;

namespace Approvals.Policy.Cel;

public readonly partial struct CelValue
{
    private const int MaxJsonDepth = 256;

    // Values share their parts: one made within the cost limit can still be huge when written out.
    private const long MaxJsonValues = 1_000_000;

    /// <summary>
    /// The CEL value of JSON. A number written without fraction and exponent is <c>int</c>, beyond that <c>uint</c> where it fits, all others are
    /// <c>double</c>; objects are maps with string keys. Converts the whole document once, so that evaluating allocates nothing.
    /// </summary>
    /// <exception cref="JsonException">An object repeats a name, the document nests deeper than 256 levels, or a string holds half of a
    /// surrogate pair.</exception>
    public static CelValue FromJson(JsonElement json) => FromJson(json, 0);

    private static CelValue FromJson(JsonElement json, int depth)
    {
        if (depth > MaxJsonDepth)
        {
            throw new JsonException($"The JSON document nests deeper than {MaxJsonDepth} levels.");
        }

        switch (json.ValueKind)
        {
            case JsonValueKind.True:
                return True;
            case JsonValueKind.False:
                return False;
            case JsonValueKind.String:
                return Of(JsonText(json));
            case JsonValueKind.Number:
                return json.TryGetInt64(out var integer) ? Of(integer)
                    : json.TryGetUInt64(out var unsigned) ? Of(unsigned)
                    : Of(json.GetDouble());
            case JsonValueKind.Array:
                var elements = new CelValue[json.GetArrayLength()];
                var next = 0;
                foreach (var element in json.EnumerateArray())
                {
                    elements[next++] = FromJson(element, depth + 1);
                }

                return Of(elements);
            case JsonValueKind.Object:
                var count = json.GetPropertyCount();
                var keys = new CelValue[count];
                var values = new CelValue[count];
                var at = 0;
                foreach (var property in json.EnumerateObject())
                {
                    keys[at] = Of(property.Name);
                    values[at++] = FromJson(property.Value, depth + 1);
                }

                return CelMap.TryCreate(keys, values, out _) is { } map ? Of(map) : throw new JsonException("A JSON object repeats a name.");
            default:
                return Null;
        }
    }

    private static string JsonText(JsonElement json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A JSON string holds half of a surrogate pair.", e);
        }
    }

    /// <summary>
    /// Writes the value as JSON ("JSON Data Conversion" in the language definition): bytes as base64, int and uint beyond 2^53 - 1 as strings, NaN
    /// and infinities as strings. Where the definition has no JSON: timestamps as RFC 3339, durations as seconds (<c>1.5s</c>), keys, types and
    /// addresses as their text, an empty optional as null.
    /// </summary>
    /// <exception cref="CelEvaluationException">The value is too large (<c>cost_exceeded</c>) or nests too deep (<c>too_deep</c>).</exception>
    public void WriteJson(Utf8JsonWriter writer)
    {
        var meter = new CostMeter(MaxJsonValues);
        WriteJson(writer, ref meter);
    }

    private void WriteJson(Utf8JsonWriter writer, ref CostMeter meter)
    {
        const long exact = (1L << 53) - 1;
        meter.Charge(1);
        switch (Kind)
        {
            case CelKind.Bool:
                writer.WriteBooleanValue(BoolValue);
                break;
            case CelKind.Int when IntValue is >= -exact and <= exact:
                writer.WriteNumberValue(IntValue);
                break;
            case CelKind.Int:
                writer.WriteStringValue(IntValue.ToString(CultureInfo.InvariantCulture));
                break;
            case CelKind.Uint when UintValue <= exact:
                writer.WriteNumberValue(UintValue);
                break;
            case CelKind.Uint:
                writer.WriteStringValue(UintValue.ToString(CultureInfo.InvariantCulture));
                break;
            case CelKind.Double when double.IsFinite(DoubleValue):
                writer.WriteNumberValue(DoubleValue);
                break;
            case CelKind.Double:
                writer.WriteStringValue(DoubleText.Special(DoubleValue));
                break;
            case CelKind.String:
                writer.WriteStringValue(StringValue);
                break;
            case CelKind.Bytes:
                writer.WriteBase64StringValue(BytesValue);
                break;
            case CelKind.Timestamp:
                writer.WriteStringValue(TimeText.Timestamp(this));
                break;
            case CelKind.Duration:
                writer.WriteStringValue(TimeText.Duration(DurationNanos));
                break;
            case CelKind.List:
                meter.EnterAggregate(ListValue.Length);
                writer.WriteStartArray();
                foreach (var element in ListValue)
                {
                    element.WriteJson(writer, ref meter);
                }

                writer.WriteEndArray();
                break;
            case CelKind.Map:
                meter.EnterAggregate(MapValue.Count);
                writer.WriteStartObject();
                for (var i = 0; i < MapValue.Count; i++)
                {
                    writer.WritePropertyName(KeyText(MapValue.KeyArray[i]));
                    MapValue.ValueArray[i].WriteJson(writer, ref meter);
                }

                writer.WriteEndObject();
                break;
            case CelKind.Type:
                writer.WriteStringValue(TypeValue.Name);
                break;
            case CelKind.Optional when HasOptionalValue:
                OptionalValue.WriteJson(writer, ref meter);
                break;
            case CelKind.Ip:
                writer.WriteStringValue(IpValue.ToString());
                break;
            case CelKind.Cidr:
                writer.WriteStringValue(CidrValue.ToString());
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static string KeyText(in CelValue key) => key.Kind switch
    {
        CelKind.String => key.StringValue,
        CelKind.Bool => key.BoolValue ? "true" : "false",
        CelKind.Uint => key.UintValue.ToString(CultureInfo.InvariantCulture),
        _ => key.IntValue.ToString(CultureInfo.InvariantCulture),
    };
}
