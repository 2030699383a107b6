using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Approvals.Policy.Yaml;

/// <summary>
/// Reads one YAML 1.2 document into nodes that know their place. YAML's dangerous half is refused: aliases (a small file that
/// grows without bound), tags (types chosen by the file), several documents, duplicate keys.
/// </summary>
internal static class YamlReader
{
    public const int MaximumBytes = 1 << 20;
    public const int MaximumDepth = 24;
    public const int MaximumNodes = 100_000;

    /// <exception cref="PolicyException">The text is not such a document; the error names line, column and remedy.</exception>
    public static YamlNode Read(string text, DiagnosticList diagnostics)
    {
        // INVARIANT: the size is checked before anything is parsed.
        if (System.Text.Encoding.UTF8.GetByteCount(text) > MaximumBytes)
            throw Refuse(diagnostics, 0, 0, "too_large", string.Create(CultureInfo.InvariantCulture, $"The file is larger than {MaximumBytes} bytes."), "Move long lists into files of their own, under `data:`.");
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        try
        {
            return new Builder(parser, text, diagnostics).Document();
        }
        catch (YamlException e)
        {
            throw Refuse(diagnostics, (int)e.Start.Line, (int)e.Start.Column, "yaml", $"This is not valid YAML: {Words(e)}", "Check indentation and quoting at this place.");
        }
        catch (Exception e) when (e is not PolicyException)
        {
            // YamlDotNet's scanner throws InvalidOperationException for some texts that are not YAML; the last event is the nearest place.
            throw Refuse(diagnostics, (int)(parser.Current?.Start.Line ?? 0), (int)(parser.Current?.Start.Column ?? 0), "yaml", "This is not valid YAML.", "Check indentation and quoting behind this place.");
        }
    }

    private static string Words(YamlException e) => (e.InnerException?.Message ?? e.Message).TrimEnd('.') + ".";

    private static PolicyException Refuse(DiagnosticList diagnostics, int line, int column, string code, string message, string remedy)
    {
        diagnostics.Error(line, column, code, message, remedy);
        return new PolicyException(diagnostics.InFileOrder);
    }

    private sealed class Builder(Parser parser, string text, DiagnosticList diagnostics)
    {
        private string[]? _lines;
        private int _nodes;

        public YamlNode Document()
        {
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
                throw Refuse(diagnostics, 1, 1, "empty", "The file is empty.", "Write at least `version: 1` and `rules:`, or run `approvals policy init`.");
            var root = Node(1);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _))
                throw Fail(parser.Current!, "several_documents", "The file holds more than one document.", "Keep one document a file: remove the second `---`.");
            return root;
        }

        private YamlNode Node(int depth)
        {
            var current = parser.Current ?? Peek();
            if (depth > MaximumDepth)
                throw Fail(current, "too_deep", string.Create(CultureInfo.InvariantCulture, $"Nested deeper than {MaximumDepth} levels."), "Flatten it; no policy needs this depth.");
            if (++_nodes > MaximumNodes)
                throw Fail(current, "too_many_values", string.Create(CultureInfo.InvariantCulture, $"More than {MaximumNodes} values in one file."), "Split the policy, or shorten its lists.");
            if (current is AnchorAlias || current is NodeEvent { Anchor.IsEmpty: false })
                throw Fail(current, "alias", "YAML anchors and aliases are not read: a small file could grow without bound.", "Name a plan under `plans:` or a list under `lists:` and refer to it.");
            if (current is NodeEvent { Tag.IsEmpty: false, Tag.IsNonSpecific: false })
                throw Fail(current, "tag", "YAML tags are not read.", "Remove the tag; quote the value if it must be a string.");

            if (parser.TryConsume<Scalar>(out var scalar))
                return new YamlScalar(scalar.Value, scalar.Style, Line(scalar), Column(scalar), Indent(scalar)) { Source = diagnostics.Source };
            if (parser.TryConsume<SequenceStart>(out var sequence))
            {
                var items = new List<YamlNode>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                    items.Add(Node(depth + 1));
                return new YamlSequence(items, Line(sequence), Column(sequence)) { Source = diagnostics.Source };
            }
            var mapping = parser.Consume<MappingStart>();
            return Mapping(mapping, depth);
        }

        private YamlMapping Mapping(MappingStart start, int depth)
        {
            var entries = new List<KeyValuePair<YamlScalar, YamlNode>>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                if (Node(depth + 1) is not YamlScalar key)
                    throw Fail(start, "key", "A key must be a plain word.", "Write `name: value`.");
                if (!seen.Add(key.Text))
                    diagnostics.Error(key, "duplicate_key", $"`{key.Text}` stands here twice.", "Remove one of them: it is not clear which should hold.");
                entries.Add(new(key, Node(depth + 1)));
            }
            return new YamlMapping(entries, Line(start), Column(start)) { Source = diagnostics.Source };
        }

        private ParsingEvent Peek()
        {
            parser.Accept<ParsingEvent>(out var next);
            return next!;
        }

        private PolicyException Fail(ParsingEvent at, string code, string message, string remedy) =>
            Refuse(diagnostics, Line(at), Column(at), code, message, remedy);

        private static int Line(ParsingEvent at) => (int)at.Start.Line;

        private static int Column(ParsingEvent at) => (int)at.Start.Column;

        private int Indent(Scalar scalar)
        {
            if (scalar.Style != ScalarStyle.Literal)
                return 0;
            _lines ??= text.Split('\n');
            for (var line = Line(scalar); line < _lines.Length; line++)
            {
                var content = _lines[line].AsSpan().TrimStart(' ');
                if (!content.TrimEnd('\r').IsEmpty)
                    return _lines[line].Length - content.Length;
            }
            return 0;
        }
    }
}
