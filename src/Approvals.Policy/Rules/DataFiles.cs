using System.Globalization;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>
/// Puts what the files under <c>data:</c> hold beside what the policy file holds itself, before any of it is read: to the readers it is one
/// document whose parts know their file.
/// </summary>
internal sealed class DataFiles(DiagnosticList diagnostics, Func<string, string?>? read)
{
    private const int MaximumFiles = 20;

    private static readonly string[] s_keys = ["lists", "tables", "calendars", "freezes"];

    private readonly List<PolicyDataFile> _files = [];

    public IReadOnlyList<PolicyDataFile> Files => _files;

    public YamlNode Merge(YamlNode root)
    {
        if (root is not YamlMapping policy || YamlKeys.Of(policy, "A policy", diagnostics)!.Scalars("data", MaximumFiles) is not { Count: > 0 } names)
            return root;
        var parts = new List<YamlMapping> { policy };
        foreach (var name in names.Take(MaximumFiles))
        {
            if (Read(name) is { } part)
                parts.Add(part);
        }
        var entries = policy.Entries.Where(e => !s_keys.Contains(e.Key.Text)).ToList();
        foreach (var key in s_keys)
        {
            if (Merge(key, parts) is { } merged)
                entries.Add(merged);
        }
        return new YamlMapping(entries, policy.Line, policy.Column) { Source = policy.Source };
    }

    private YamlMapping? Read(YamlScalar name)
    {
        if (!IsBeside(name.Text))
        {
            diagnostics.Error(name, "wrong_name", $"`{name.Text}` is no file beside the policy.", "Write a relative path ending in `.yaml`, with `/` and without `..`: `data: [owners.yaml]`.");
            return null;
        }
        if (_files.Exists(file => file.Name == name.Text))
        {
            diagnostics.Error(name, "duplicate_key", $"`{name.Text}` stands here twice.", "Name it once.");
            return null;
        }
        if (read?.Invoke(name.Text) is not { } text)
        {
            diagnostics.Error(name, "data_unreadable", $"`{name.Text}` cannot be read, or is not UTF-8.", "It is looked for beside the policy file.");
            return null;
        }
        _files.Add(new PolicyDataFile(name.Text, text));
        var folder = diagnostics.Source.LastIndexOf('/') is >= 0 and var slash ? diagnostics.Source[..(slash + 1)] : "";
        var node = YamlReader.Read(text, diagnostics.In(folder + name.Text));
        if (YamlKeys.Of(node, "A data file", diagnostics) is not { } keys)
            return null;
        foreach (var key in s_keys)
            _ = keys.Get(key);
        keys.Finish();
        return keys.Node;
    }

    private KeyValuePair<YamlScalar, YamlNode>? Merge(string key, IReadOnlyList<YamlMapping> parts)
    {
        var found = parts.SelectMany(part => part.Entries).Where(e => e.Key.Text == key).ToList();
        if (found.Count < 2)
            return found.Count == 0 ? null : found[0];
        var entries = new Dictionary<string, KeyValuePair<YamlScalar, YamlNode>>(StringComparer.Ordinal);
        foreach (var (_, value) in found)
        {
            // What is no mapping complains here, since the readers see the whole alone.
            foreach (var entry in YamlKeys.Of(value, $"`{key}`", diagnostics)?.Node.Entries ?? [])
            {
                if (!entries.TryAdd(entry.Key.Text, entry))
                    diagnostics.Error(entry.Key, "duplicate_key", string.Create(CultureInfo.InvariantCulture, $"`{entry.Key.Text}` stands in {entries[entry.Key.Text].Key.Source}, line {entries[entry.Key.Text].Key.Line}, already."), "Remove one of them: it is not clear which should hold.");
            }
        }
        return new(found[0].Key, new YamlMapping([.. entries.Values], found[0].Value.Line, found[0].Value.Column) { Source = found[0].Value.Source });
    }

    private static bool IsBeside(string name) =>
        name.Length <= 200 && (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal))
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/')
        && name.Split('/').All(part => part.Length > 0 && part[0] != '.');
}
