using System.Globalization;
using Approvals.Policy.Cel;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>Reads <c>lists:</c> and <c>tables:</c> into values that expressions can use.</summary>
internal sealed class DataReader(DiagnosticList diagnostics)
{
    private const int MaximumNames = 500;

    public PolicyData Read(YamlKeys root) => new(
        Read(root.Named("lists", MaximumNames), "list", node => node is YamlSequence, "a list: `name: [a, b]`"),
        Read(root.Named("tables", MaximumNames), "table", node => node is YamlMapping, "a table: `name: {key: value}`"));

    private CelValue Read(IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> entries, string what, Func<YamlNode, bool> fits, string form)
    {
        var values = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        foreach (var (name, node) in entries)
        {
            if (!Names.Check(name, $"{what} name", diagnostics))
                continue;
            if (fits(node))
                values[name.Text] = Value(node);
            else
                diagnostics.Error(node, "wrong_type", $"`{name.Text}` is {node.Kind}.", $"Write {form}.");
        }
        return CelValue.Of(CelMap.Create(values));
    }

    /// <summary>By the JSON schema of YAML 1.2: plain true, false, null and numbers are those, all else is a string.</summary>
    private static CelValue Value(YamlNode node) => node switch
    {
        YamlSequence list => CelValue.Of([.. list.Items.Select(Value)]),
        // Duplicate keys were refused when the file was read; the last one here only keeps the reading going.
        YamlMapping mapping => CelValue.Of(CelMap.Create(mapping.Entries
            .GroupBy(e => e.Key.Text, StringComparer.Ordinal).ToDictionary(e => e.Key, e => Value(e.Last().Value), StringComparer.Ordinal))),
        YamlScalar { IsNull: true } => CelValue.Null,
        YamlScalar { IsPlain: true, Text: "true" } => CelValue.True,
        YamlScalar { IsPlain: true, Text: "false" } => CelValue.False,
        YamlScalar { IsPlain: true } scalar when long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => CelValue.Of(number),
        YamlScalar { IsPlain: true } scalar when IsDecimal(scalar.Text, out var number) => CelValue.Of(number),
        YamlScalar scalar => CelValue.Of(scalar.Text),
        _ => CelValue.Null,
    };

    private static bool IsDecimal(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
        && (char.IsAsciiDigit(text[^1]) || text[^1] == '.') && double.IsFinite(number);
}
