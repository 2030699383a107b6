using System.Globalization;

namespace Approvals.Policy.Yaml;

/// <summary>
/// Reads a mapping key by key. Whoever reads it asks for each key it knows; <see cref="Finish"/> complains about all others, so
/// that a misspelt `quorum` is an error and never a default.
/// </summary>
internal sealed class YamlKeys
{
    private readonly YamlMapping _mapping;
    private readonly string _what;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private YamlKeys(YamlMapping mapping, string what, DiagnosticList diagnostics)
    {
        _mapping = mapping;
        _what = what;
        Diagnostics = diagnostics;
    }

    public DiagnosticList Diagnostics { get; }

    public YamlMapping Node => _mapping;

    /// <summary>Null, with an error, when the node is no mapping.</summary>
    public static YamlKeys? Of(YamlNode node, string what, DiagnosticList diagnostics)
    {
        if (node is YamlMapping mapping)
            return new YamlKeys(mapping, what, diagnostics);
        diagnostics.Error(node, "wrong_type", $"{what} must be a mapping, but here is {node.Kind}.", "Write `name: value` lines, indented alike.");
        return null;
    }

    public YamlNode? Get(string key)
    {
        _known.Add(key);
        foreach (var (name, value) in _mapping.Entries)
        {
            if (name.Text == key)
                return value is YamlScalar { IsNull: true } ? Empty(key, value) : value;
        }
        return null;
    }

    public YamlNode? Require(string key)
    {
        var value = Get(key);
        if (value is null && !_mapping.Entries.Any(e => e.Key.Text == key))
            Diagnostics.Error(_mapping, "missing_key", $"{_what} needs `{key}`.", $"Add `{key}:`.");
        return value;
    }

    public YamlScalar? Scalar(string key, bool required = false)
    {
        switch (required ? Require(key) : Get(key))
        {
            case null:
                return null;
            case YamlScalar scalar:
                return scalar;
            case var other:
                Diagnostics.Error(other, "wrong_type", $"`{key}` must be a single value, but here is {other.Kind}.", $"Write `{key}: value`.");
                return null;
        }
    }

    public string? Text(string key, bool required = false) => Scalar(key, required)?.Text;

    public int? Integer(string key, int minimum, int maximum)
    {
        if (Scalar(key) is not { } scalar)
            return null;
        if (scalar.IsPlain && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= minimum && value <= maximum)
            return value;
        Diagnostics.Error(scalar, "wrong_number", $"`{key}` must be a whole number from {minimum} to {maximum}, not `{scalar.Text}`.", $"Write for example `{key}: {minimum}`.");
        return null;
    }

    public bool Flag(string key)
    {
        if (Scalar(key) is not { } scalar)
            return false;
        if (scalar is { IsPlain: true, Text: "true" or "false" })
            return scalar.Text == "true";
        Diagnostics.Error(scalar, "wrong_type", $"`{key}` must be true or false, not `{scalar.Text}`.", $"Write `{key}: true` or leave it out.");
        return false;
    }

    public T? Word<T>(string key, IReadOnlyDictionary<string, T> words, bool required = false)
        where T : struct
    {
        if (Scalar(key, required) is not { } scalar)
            return null;
        if (words.TryGetValue(scalar.Text, out var value))
            return value;
        Diagnostics.Error(scalar, "unknown_word", $"`{key}: {scalar.Text}` is not known; {key} is one of {string.Join(", ", words.Keys)}.", Suggestion.For(scalar.Text, words.Keys) ?? $"Use one of {string.Join(", ", words.Keys)}.");
        return null;
    }

    public TimeSpan? Duration(string key, TimeSpan maximum, bool required = false) =>
        Scalar(key, required) is { } scalar ? Durations.Read(scalar, key, maximum, Diagnostics) : null;

    /// <summary>A list of strings; one bare value counts as a list of one.</summary>
    public IReadOnlyList<YamlScalar> Scalars(string key, int maximum)
    {
        switch (Get(key))
        {
            case null:
                return [];
            case YamlScalar one:
                return [one];
            case YamlSequence list:
                if (list.Items.Count > maximum)
                    Diagnostics.Error(list, "too_many_values", $"`{key}` holds {list.Items.Count} entries; {maximum} are the most.", "Shorten the list.");
                foreach (var item in list.Items)
                {
                    if (item is not YamlScalar || item is YamlScalar { IsNull: true })
                        Diagnostics.Error(item, "wrong_type", $"An entry of `{key}` must be a single value, but here is {item.Kind}.", "Write `- value`.");
                }
                return [.. list.Items.OfType<YamlScalar>()];
            case var other:
                Diagnostics.Error(other, "wrong_type", $"`{key}` must be a list, but here is {other.Kind}.", $"Write `{key}: [a, b]`.");
                return [];
        }
    }

    public IReadOnlyList<YamlNode> Items(string key, int maximum, bool required = false)
    {
        switch (required ? Require(key) : Get(key))
        {
            case null:
                return [];
            case YamlSequence list when list.Items.Count <= maximum:
                return list.Items;
            case YamlSequence list:
                Diagnostics.Error(list, "too_many_values", $"`{key}` holds {list.Items.Count} entries; {maximum} are the most.", "Split the policy.");
                return [];
            case var other:
                Diagnostics.Error(other, "wrong_type", $"`{key}` must be a list, but here is {other.Kind}.", "Begin each entry with `- `.");
                return [];
        }
    }

    /// <summary>The entries of a mapping whose keys its author chooses.</summary>
    public IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> Named(string key, int maximum)
    {
        if (Get(key) is not { } node || Of(node, $"`{key}`", Diagnostics) is not { } keys)
            return [];
        if (keys._mapping.Entries.Count > maximum)
            Diagnostics.Error(node, "too_many_values", $"`{key}` holds {keys._mapping.Entries.Count} entries; {maximum} are the most.", "Split the policy.");
        return keys._mapping.Entries;
    }

    public YamlKeys? Mapping(string key) => Get(key) is { } node ? Of(node, $"`{key}`", Diagnostics) : null;

    public void Finish()
    {
        foreach (var (name, _) in _mapping.Entries)
        {
            if (!_known.Contains(name.Text))
            {
                Diagnostics.Error(name, "unknown_key", $"{_what} has no key `{name.Text}`.",
                    Suggestion.For(name.Text, _known) ?? $"Its keys are {string.Join(", ", _known)}.");
            }
        }
    }

    private YamlNode? Empty(string key, YamlNode value)
    {
        Diagnostics.Error(value, "missing_value", $"`{key}` has no value.", $"Give `{key}` a value, or remove the line.");
        return null;
    }
}
