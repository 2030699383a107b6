using Approvals.Policy.Yaml;

namespace Approvals.Policy;

/// <summary>Collects what is wrong while a policy is read, so that its author sees all of it at once.</summary>
internal sealed class DiagnosticList(string source)
{
    // A file that is wrong in a thousand places is wrong in one way; the rest would be noise.
    private const int MaximumDiagnostics = 100;

    private readonly List<PolicyDiagnostic> _items = [];

    public string Source { get; } = source;

    public bool HasErrors { get; private set; }

    public IReadOnlyList<PolicyDiagnostic> InFileOrder =>
        [.. _items.OrderBy(d => d.Line).ThenBy(d => d.Column).Take(MaximumDiagnostics)];

    public void Error(YamlNode at, string code, string message, string remedy) =>
        Add(DiagnosticSeverity.Error, at.Line, at.Column, code, message, remedy);

    public void Error(int line, int column, string code, string message, string remedy) =>
        Add(DiagnosticSeverity.Error, line, column, code, message, remedy);

    public void Warning(YamlNode at, string code, string message, string remedy) =>
        Add(DiagnosticSeverity.Warning, at.Line, at.Column, code, message, remedy);

    public void ThrowIfErrors()
    {
        if (HasErrors)
            throw new PolicyException(InFileOrder);
    }

    private void Add(DiagnosticSeverity severity, int line, int column, string code, string message, string remedy)
    {
        HasErrors |= severity == DiagnosticSeverity.Error;
        if (_items.Count < MaximumDiagnostics || (severity == DiagnosticSeverity.Error && _items.TrueForAll(d => d.Severity != severity)))
            _items.Add(new PolicyDiagnostic(severity, code, message, line, column, remedy, Source));
    }
}
