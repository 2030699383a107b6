using Approvals.Policy.Cel;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>What stands beside the rules for them to look up: the CEL variables <c>lists</c> and <c>tables</c>.</summary>
/// <param name="Nodes">Where each of them stands, by the name expressions use: <c>lists.x</c>.</param>
internal sealed record PolicyData(CelValue Lists, CelValue Tables, IReadOnlyDictionary<string, YamlNode> Nodes)
{
    public IEnumerable<string> ListNames => Keys(Lists);

    public IEnumerable<string> TableNames => Keys(Tables);

    /// <summary>The texts in a list; empty where there is no such list.</summary>
    public IEnumerable<string> Texts(string list) =>
        Lists.AsMap().TryGetValue(list, out var value) ? value.AsList().ToArray().Where(v => v.Kind == CelKind.String).Select(v => v.AsString()) : [];

    private static IEnumerable<string> Keys(CelValue map) => map.AsMap().Keys.ToArray().Select(k => k.AsString());
}
