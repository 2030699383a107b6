using System.Text;
using Approvals.Policy.Cel;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>Text with <c>{{ CEL }}</c> in it, filled from redacted data, for people to read.</summary>
internal sealed class ReasonTemplate
{
    /// <summary>What is longer is cut: a reason is a line on a page, and its parts come from whoever asks.</summary>
    public const int LongestResult = 1_000;

    private readonly IReadOnlyList<(string? Text, Expression? Expression)> _parts;
    private readonly string? _fixed;

    private ReasonTemplate(IReadOnlyList<(string? Text, Expression? Expression)> parts)
    {
        _parts = parts;
        if (parts.All(p => p.Expression is null))
            _fixed = OneLine(new StringBuilder().AppendJoin("", parts.Select(p => p.Text)));
    }

    public IEnumerable<Expression> Expressions => _parts.Select(p => p.Expression).OfType<Expression>();

    public static ReasonTemplate Fixed(string text) => new([(text, null)]);

    /// <summary>Null, with an error, when an expression in it does not compile.</summary>
    public static ReasonTemplate? Compile(YamlScalar scalar, RuleExpressions expressions, DiagnosticList diagnostics)
    {
        var parts = new List<(string? Text, Expression? Expression)>();
        var text = scalar.Text;
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0)
                break;
            var close = Close(text, open + 2);
            if (close < 0)
            {
                diagnostics.Error(scalar, "template", "A `{{` in this reason is never closed.", "End the expression with `}}`.");
                return null;
            }
            parts.Add((text[at..open], null));
            var source = text[(open + 2)..close];
            var lead = source.Length - source.TrimStart().Length;
            if (expressions.Template(scalar, open + 2 + lead, source.Trim()) is not { } expression)
                return null;
            parts.Add((null, expression));
            at = close + 2;
        }
        parts.Add((text[at..], null));
        return new ReasonTemplate(parts);
    }

    /// <exception cref="CelEvaluationException">An expression in it failed.</exception>
    public string Fill(CelActivation activation)
    {
        if (_fixed is not null)
            return _fixed;
        var result = new StringBuilder();
        foreach (var (text, expression) in _parts)
        {
            if (expression is null)
                result.Append(text);
            else
                Write(result, expression.Program.Evaluate(activation, Expression.CostLimit), 0);
            if (result.Length > LongestResult)
                break;
        }
        return OneLine(result);
    }

    /// <summary>Where the <c>}}</c> stands that is neither in a string nor closes a map of the expression; -1 where there is none.</summary>
    private static int Close(string text, int from)
    {
        var braces = 0;
        for (var i = from; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' or '\'':
                    var quote = text[i++];
                    while (i < text.Length && text[i] != quote)
                        i += text[i] == '\\' ? 2 : 1;
                    break;
                case '{':
                    braces++;
                    break;
                case '}' when braces > 0:
                    braces--;
                    break;
                case '}' when i + 1 < text.Length && text[i + 1] == '}':
                    return i;
            }
        }
        return -1;
    }

    private static void Write(StringBuilder result, CelValue value, int depth)
    {
        if (result.Length > LongestResult)
            return;
        switch (value.Kind)
        {
            case CelKind.String:
                result.Append(value.AsString());
                break;
            case CelKind.List when depth < 8:
                for (var i = 0; i < value.AsList().Length && result.Length <= LongestResult; i++)
                {
                    result.Append(i == 0 ? "" : ", ");
                    Write(result, value.AsList().Span[i], depth + 1);
                }
                break;
            case CelKind.Null:
                result.Append("nothing");
                break;
            case CelKind.Bool:
                result.Append(value.AsBool() ? "true" : "false");
                break;
            case CelKind.Int:
                result.Append(value.AsInt());
                break;
            case CelKind.Uint:
                result.Append(value.AsUint());
                break;
            case CelKind.Double:
                result.Append(value.AsDouble());
                break;
            case CelKind.Timestamp:
                result.Append(value.AsTimestamp().UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'"));
                break;
            case CelKind.Duration:
                result.Append(Durations.Write(value.AsDuration().Duration()));
                break;
            default:
                result.Append('(').Append(value.Type.Name).Append(')');
                break;
        }
    }

    // A reason goes to terminals, chats and pages: no line breaks, escapes or text that runs backwards out of somebody's parameters.
    private static string OneLine(StringBuilder text)
    {
        if (text.Length > LongestResult)
        {
            text.Length = char.IsHighSurrogate(text[LongestResult - 1]) ? LongestResult - 1 : LongestResult;
            text.Append('…');
        }
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))
                text[i] = ' ';
        }
        return text.ToString().Trim();
    }
}
