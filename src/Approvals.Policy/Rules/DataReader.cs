using Approvals.Policy.Calendars;
using Approvals.Policy.Cel;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>Reads <c>lists:</c> and <c>tables:</c> into values that expressions can use.</summary>
internal sealed class DataReader(DiagnosticList diagnostics)
{
    private const int MaximumNames = 500;

    private readonly Dictionary<string, YamlNode> _nodes = new(StringComparer.Ordinal);

    public PolicyData Read(YamlKeys root, CalendarReader calendars) => new(
        Read(root.Named("lists", MaximumNames), "list", node => node is YamlSequence, "a list: `name: [a, b]`"),
        Read(root.Named("tables", MaximumNames), "table", node => node is YamlMapping, "a table: `name: {key: value}`"),
        _nodes)
    {
        Freezes = [.. calendars.Freezes.Values],
        Calendars = [.. calendars.Calendars.Values],
    };

    private CelValue Read(IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> entries, string what, Func<YamlNode, bool> fits, string form)
    {
        var values = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        foreach (var (name, node) in entries)
        {
            if (!Names.Check(name, $"{what} name", diagnostics))
                continue;
            _nodes[$"{what}s.{name.Text}"] = name;
            if (fits(node))
                values[name.Text] = Value(node);
            else
                diagnostics.Error(node, "wrong_type", $"`{name.Text}` is {node.Kind}.", $"Write {form}.");
        }
        return CelValue.Of(CelMap.Create(values));
    }

    private static CelValue Value(YamlNode node) => CelValue.FromJson(YamlJson.Element(node));
}
