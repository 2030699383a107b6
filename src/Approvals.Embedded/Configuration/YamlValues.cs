using System.Globalization;
using Approvals.Embedded.Data;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Approvals.Embedded.Configuration;

/// <summary>Takes YAML nodes as what they must be; anything else is an error with its place. For all sections of <c>approvals.yaml</c>.</summary>
/// <param name="path">The file, for errors.</param>
internal sealed class YamlValues(string path)
{
    private const int MaximumText = 200;

    /// <summary>The values of a mapping by their keys, of which only these are known.</summary>
    public Dictionary<string, YamlNode> Mapping(YamlNode node, params IReadOnlyList<string> known)
    {
        Dictionary<string, YamlNode> keys = Entries(node);
        foreach (YamlNode key in ((YamlMappingNode)node).Children.Keys)
        {
            if (!known.Contains(Scalar(key))) throw Invalid(key.Start, $"'{Scalar(key)}' is not known here; known are {string.Join(", ", known)}.");
        }

        return keys;
    }

    /// <summary>The values of a mapping whose keys are anybody's.</summary>
    public Dictionary<string, YamlNode> Entries(YamlNode node) => node is YamlMappingNode mapping
        ? mapping.Children.ToDictionary(entry => Scalar(entry.Key), entry => entry.Value, StringComparer.Ordinal)
        : throw Invalid(node.Start, "a mapping (key: value) is expected here.");

    public IList<YamlNode> Items(YamlNode node, int maximum)
    {
        if (node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" }) return [];
        if (node is not YamlSequenceNode sequence) throw Invalid(node.Start, "a list is expected here.");
        return sequence.Children.Count <= maximum ? sequence.Children : throw Invalid(node.Start, $"at most {maximum} entries.");
    }

    public string? Text(Dictionary<string, YamlNode> keys, string key) => keys.TryGetValue(key, out YamlNode? node) ? Scalar(node) : null;

    public string Scalar(YamlNode node) => node is YamlScalarNode { Value: { Length: > 0 and <= MaximumText } value } && !value.Any(char.IsControl)
        ? value
        : throw Invalid(node.Start, $"a text of 1 to {MaximumText} characters is expected here.");

    public SetupException Invalid(Mark at, string what) =>
        new("configuration_invalid", string.Create(CultureInfo.InvariantCulture, $"{path}:{at.Line}:{at.Column}: {what}"));
}
