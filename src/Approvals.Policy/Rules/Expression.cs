using Approvals.Policy.Cel;
using Approvals.Policy.Cel.Syntax;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>A compiled expression of the policy, and where in the file it stands.</summary>
/// <param name="offset">Where in the text of <paramref name="scalar"/> it begins.</param>
internal sealed class Expression(string source, CelProgram program, YamlScalar scalar, int offset)
{
    /// <summary>
    /// Far above what a policy needs, far below what a reviewer would notice: a bundle of hostile rules cannot hold up the gate.
    /// </summary>
    public const int CostLimit = 100_000;

    private Expr? _syntax;

    public string Source { get; } = source;

    public CelProgram Program { get; } = program;

    /// <summary>The tree as written, for whoever reasons about the expression instead of evaluating it.</summary>
    public Expr Syntax => _syntax ??= Parser.Parse(new SourceText(Source));

    /// <summary>Line and column in the file of a place in <see cref="Source"/>.</summary>
    public (int Line, int Column) Locate(int at)
    {
        var text = scalar.Text.AsSpan(0, Math.Min(offset + at, scalar.Text.Length));
        return scalar.Locate(1 + text.Count('\n'), text.Length - text.LastIndexOf('\n'));
    }
}
