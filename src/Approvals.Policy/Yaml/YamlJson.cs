using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Approvals.Policy.Yaml;

/// <summary>YAML as JSON, by the JSON schema of YAML 1.2: plain true, false, null and numbers are those, all else is a string.</summary>
internal static class YamlJson
{
    public static JsonElement Element(YamlNode node) => JsonSerializer.SerializeToElement(Node(node));

    public static JsonNode? Node(YamlNode node)
    {
        switch (node)
        {
            case YamlMapping mapping:
                var result = new JsonObject();
                foreach (var (key, value) in mapping.Entries)
                    result[key.Text] = Node(value);
                return result;
            case YamlSequence list:
                return new JsonArray([.. list.Items.Select(Node)]);
            case YamlScalar { IsNull: true }:
                return null;
            case YamlScalar { IsPlain: true, Text: "true" or "false" } flag:
                return flag.Text == "true";
            case YamlScalar { IsPlain: true } whole when long.TryParse(whole.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                return number;
            case YamlScalar { IsPlain: true } scalar when IsDecimal(scalar.Text, out var number):
                return number;
            default:
                return ((YamlScalar)node).Text;
        }
    }

    public static bool IsDecimal(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
        && (char.IsAsciiDigit(text[^1]) || text[^1] == '.') && double.IsFinite(number);
}
