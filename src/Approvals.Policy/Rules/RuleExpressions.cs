using Approvals.Policy.Cel;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>Compiles the expressions of a policy and reports their errors where they stand in the YAML.</summary>
internal sealed class RuleExpressions(DiagnosticList diagnostics)
{
    public Expression? Condition(YamlScalar scalar) =>
        Compile(Activation.Environment, scalar, 0, Plain(scalar), "`when`") is { } expression ? MustBeBool(expression, scalar, "`when`") : null;

    public Expression? Template(YamlScalar scalar, int offset, string source) => Compile(Activation.Environment, scalar, offset, source, "`reason`");

    public Expression? ReviewerFilter(YamlScalar scalar) =>
        Compile(Policy.ReviewerFilter.Environment, scalar, 0, Plain(scalar), "`filter`") is { } expression ? MustBeBool(expression, scalar, "`filter`") : null;

    // `when: true` is a YAML boolean and reads as one in CEL too; block scalars end in a line break that carets need not show.
    private static string Plain(YamlScalar scalar) => scalar.Text.TrimEnd();

    private Expression? Compile(CelEnvironment environment, YamlScalar scalar, int offset, string source, string what)
    {
        try
        {
            return new Expression(source, environment.Compile(source), scalar, offset);
        }
        catch (CelCompileException e)
        {
            var (line, column) = Place(scalar, offset, source, e.Line, e.Column);
            diagnostics.Error(line, column, "cel_" + e.Code, $"{what}: {e.Reason}\n{Caret(source, e.Line, e.Column)}", "Correct the expression; docs/policy.md lists the variables and functions.");
            return null;
        }
    }

    private Expression? MustBeBool(Expression expression, YamlScalar scalar, string what)
    {
        var type = expression.Program.ResultType;
        if (type.Equals(CelType.Bool) || type.Equals(CelType.Dyn))
            return expression;
        diagnostics.Error(scalar, "cel_not_bool", $"{what} must be true or false, but this expression is of type {type}.", "Compare it with something.");
        return null;
    }

    private static (int Line, int Column) Place(YamlScalar scalar, int offset, string source, int line, int column)
    {
        // Lines before the expression, where it stands inside a longer text.
        var before = scalar.Text.AsSpan(0, offset);
        var linesBefore = before.Count('\n');
        var columnsBefore = offset - (before.LastIndexOf('\n') + 1);
        return scalar.Locate(line + linesBefore, line == 1 ? columnsBefore + Utf16Column(source, line, column) : Utf16Column(source, line, column));
    }

    private static string Line(string source, int line) => source.Split('\n').ElementAtOrDefault(line - 1)?.TrimEnd('\r') ?? "";

    private static int Utf16Column(string source, int line, int column) =>
        Line(source, line).EnumerateRunes().Take(column - 1).Sum(rune => rune.Utf16SequenceLength) + 1;

    private static string Caret(string source, int line, int column)
    {
        const int Width = 100;
        var text = Line(source, line).Replace('\t', ' ');
        var at = Utf16Column(source, line, column) - 1;
        var from = Math.Max(0, Math.Min(at - (Width / 2), text.Length - Width));
        var shown = text.Substring(from, Math.Min(Width, text.Length - from));
        return $"  | {shown}\n  | {new string(' ', Math.Max(0, at - from))}^";
    }
}
