using YamlDotNet.Core;

namespace Approvals.Policy.Yaml;

/// <summary>A piece of YAML and where it stands (1-based line and column), so that every complaint can point at it.</summary>
internal abstract class YamlNode(int line, int column)
{
    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>The file it stands in, as messages name it.</summary>
    public string? Source { get; init; }

    public abstract string Kind { get; }
}

internal sealed class YamlScalar(string text, ScalarStyle style, int line, int column, int contentIndent) : YamlNode(line, column)
{
    public string Text { get; } = text;

    public ScalarStyle Style { get; } = style;

    /// <summary>Only plain scalars are numbers, booleans or null; what is quoted is a string.</summary>
    public bool IsPlain => Style == ScalarStyle.Plain;

    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : "a value";

    /// <summary>Where the character at a 1-based line and column of <see cref="Text"/> stands in the file.</summary>
    public (int Line, int Column) Locate(int line, int column) => Style switch
    {
        ScalarStyle.Literal => (Line + line, contentIndent + column),
        ScalarStyle.Plain when line == 1 => (Line, Column + column - 1),
        // Escapes before the place shift it; the quote alone is counted.
        ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted when line == 1 => (Line, Column + column),
        _ => (Line, Column), // folding moved the text; the start is the nearest place that is certain
    };
}

internal sealed class YamlSequence(IReadOnlyList<YamlNode> items, int line, int column) : YamlNode(line, column)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string Kind => "a list";
}

internal sealed class YamlMapping(IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> entries, int line, int column) : YamlNode(line, column)
{
    public IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> Entries { get; } = entries;

    public override string Kind => "a mapping";
}
