using System.Globalization;
using System.Text.Json;
using Approvals.Policy.Cel.Evaluation;
using Approvals.Policy.Cel.Functions;

namespace Approvals.Policy.Cel.Lines;

/// <summary>
/// JSON that keeps CEL types: one key, which is the type (<c>{"int": "1"}</c>, <c>{"list": […]}</c>, <c>{"map": [[key, value], …]}</c>), as the
/// conformance tests write values.
/// </summary>
internal static class TypedJson
{
    private const int MaxDepth = 200;
    private const long MaxValues = 1_000_000;

    /// <exception cref="FormatException">The JSON is no such value.</exception>
    internal static CelValue Read(JsonElement json, int depth = 0)
    {
        if (depth > MaxDepth || json.ValueKind != JsonValueKind.Object || json.GetPropertyCount() != 1)
        {
            throw new FormatException("a value is an object with one key, its type: {\"int\": \"1\"}");
        }

        var property = json.EnumerateObject().First();
        var content = property.Value;
        try
        {
            return property.Name switch
            {
                "null" => CelValue.Null,
                "bool" => CelValue.Of(content.GetBoolean()),
                "int" => CelValue.Of(long.Parse(content.GetString()!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)),
                "uint" => CelValue.Of(ulong.Parse(content.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture)),
                "double" => CelValue.Of(Double(content)),
                "string" => CelValue.Of(content.GetString()!),
                "bytes" => CelValue.Of(content.GetBytesFromBase64()),
                "list" => CelValue.Of([.. content.EnumerateArray().Select(element => Read(element, depth + 1))]),
                "map" => CelValue.Of(CelMap.Create(
                    [.. content.EnumerateArray().Select(entry => Read(entry[0], depth + 1))],
                    [.. content.EnumerateArray().Select(entry => Read(entry[1], depth + 1))])),
                "type" => CelValue.Of(Type(content.GetString()!)),
                "timestamp" when TimeText.TryParseTimestamp(content.GetString()!, out var timestamp) => timestamp,
                "duration" when TimeText.TryParseDuration(content.GetString()!, out var nanos) => CelValue.Duration(nanos),
                _ => throw new FormatException($"'{property.Name}' is no type of value, or its content does not fit"),
            };
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            throw new FormatException($"the content of '{property.Name}' does not fit", e);
        }
    }

    private static double Double(JsonElement json) => json.ValueKind == JsonValueKind.Number
        ? json.GetDouble()
        : json.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            "-0.0" => double.NegativeZero,
            _ => throw new FormatException("a double is a number, \"NaN\", \"Infinity\", \"-Infinity\" or \"-0.0\""),
        };

    private static CelType Type(string name) => CelType.Simple(name) ?? throw new FormatException($"'{name}' is no type");

    /// <exception cref="CelEvaluationException">The value is too large (<c>cost_exceeded</c>), nests too deep, or has no such JSON.</exception>
    internal static void Write(Utf8JsonWriter writer, in CelValue value)
    {
        var meter = new CostMeter(MaxValues);
        Write(writer, value, ref meter);
    }

    private static void Write(Utf8JsonWriter writer, in CelValue value, ref CostMeter meter)
    {
        meter.Charge(1);
        writer.WriteStartObject();
        switch (value.Kind)
        {
            case CelKind.Null:
                writer.WriteNull("null");
                break;
            case CelKind.Bool:
                writer.WriteBoolean("bool", value.BoolValue);
                break;
            case CelKind.Int:
                writer.WriteString("int", value.IntValue.ToString(CultureInfo.InvariantCulture));
                break;
            case CelKind.Uint:
                writer.WriteString("uint", value.UintValue.ToString(CultureInfo.InvariantCulture));
                break;
            case CelKind.Double when !double.IsFinite(value.DoubleValue):
                writer.WriteString("double", DoubleText.Special(value.DoubleValue));
                break;
            case CelKind.Double when value.DoubleValue == 0 && double.IsNegative(value.DoubleValue):
                writer.WriteString("double", "-0.0");
                break;
            case CelKind.Double:
                writer.WriteNumber("double", value.DoubleValue);
                break;
            case CelKind.String:
                writer.WriteString("string", value.StringValue);
                break;
            case CelKind.Bytes:
                writer.WriteBase64String("bytes", value.BytesValue);
                break;
            case CelKind.List:
                meter.EnterAggregate(value.ListValue.Length);
                writer.WriteStartArray("list");
                foreach (var element in value.ListValue)
                {
                    Write(writer, element, ref meter);
                }

                writer.WriteEndArray();
                break;
            case CelKind.Map:
                meter.EnterAggregate(value.MapValue.Count);
                writer.WriteStartArray("map");
                for (var i = 0; i < value.MapValue.Count; i++)
                {
                    writer.WriteStartArray();
                    Write(writer, value.MapValue.KeyArray[i], ref meter);
                    Write(writer, value.MapValue.ValueArray[i], ref meter);
                    writer.WriteEndArray();
                }

                writer.WriteEndArray();
                break;
            case CelKind.Type:
                writer.WriteString("type", value.TypeValue.Name);
                break;
            case CelKind.Timestamp:
                writer.WriteString("timestamp", TimeText.Timestamp(value));
                break;
            case CelKind.Duration:
                writer.WriteString("duration", TimeText.Duration(value.DurationNanos));
                break;
            case CelKind.Ip:
                writer.WriteString("net.IP", value.IpValue.ToString());
                break;
            case CelKind.Cidr:
                writer.WriteString("net.CIDR", value.CidrValue.ToString());
                break;
            case CelKind.Optional when value.HasOptionalValue:
                writer.WritePropertyName("optional");
                Write(writer, value.OptionalValue, ref meter);
                break;
            default:
                writer.WriteNull("optional");
                break;
        }

        writer.WriteEndObject();
    }
}
