using Approvals.Policy.Cel.Syntax;
using Approvals.Policy.Rules;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Lint;

/// <summary>Collects what a check finds, each at its place and with its rule.</summary>
internal sealed class Findings(string source)
{
    private readonly List<PolicyDiagnostic> _items = [];

    public IReadOnlyList<PolicyDiagnostic> InFileOrder => [.. _items.OrderBy(d => d.Source == source ? "" : d.Source, StringComparer.Ordinal).ThenBy(d => d.Line).ThenBy(d => d.Column).ThenBy(d => d.Code, StringComparer.Ordinal)];

    public void Add(DiagnosticSeverity severity, PolicyRule rule, string code, string message, string remedy, Expr? at = null)
    {
        var (line, column) = at is null ? (rule.Node.Line, rule.Node.Column) : rule.When.Locate(at.Offset);
        _items.Add(new PolicyDiagnostic(severity, code, message, line, column, remedy, source) { Rule = rule.Id });
    }

    public void AddAt(DiagnosticSeverity severity, (int Line, int Column) place, string? rule, string code, string message, string remedy) =>
        _items.Add(new PolicyDiagnostic(severity, code, message, place.Line, place.Column, remedy, source) { Rule = rule });

    public void AddAt(DiagnosticSeverity severity, YamlNode at, string code, string message, string remedy) =>
        _items.Add(new PolicyDiagnostic(severity, code, message, at.Line, at.Column, remedy, at.Source ?? source));
}
