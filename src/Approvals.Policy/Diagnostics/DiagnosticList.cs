using Approvals.Policy.Yaml;

namespace Approvals.Policy;

/// <summary>Collects what is wrong while a policy is read, so that its author sees all of it at once.</summary>
internal sealed class DiagnosticList(string source)
{
    // A file that is wrong in a thousand places is wrong in one way; the rest would be noise.
    private const int MaximumDiagnostics = 100;

    private readonly List<PolicyDiagnostic> _items = [];
    private readonly DiagnosticList? _whole;

    private DiagnosticList(string source, DiagnosticList whole)
        : this(source) => _whole = whole;

    public string Source { get; } = source;

    public bool HasErrors { get; private set; }

    /// <summary>The policy file's own first, then those of its data files.</summary>
    public IReadOnlyList<PolicyDiagnostic> InFileOrder => _whole?.InFileOrder
        ?? [.. _items.OrderBy(d => d.Source == Source ? "" : d.Source, StringComparer.Ordinal).ThenBy(d => d.Line).ThenBy(d => d.Column).Take(MaximumDiagnostics)];

    /// <summary>The same list, for what is found in another file.</summary>
    public DiagnosticList In(string file) => new(file, this);

    public void Error(YamlNode at, string code, string message, string remedy) =>
        Add(DiagnosticSeverity.Error, at.Line, at.Column, code, message, remedy, at.Source ?? Source);

    public void Error(int line, int column, string code, string message, string remedy) =>
        Add(DiagnosticSeverity.Error, line, column, code, message, remedy, Source);

    public void Warning(YamlNode at, string code, string message, string remedy) =>
        Add(DiagnosticSeverity.Warning, at.Line, at.Column, code, message, remedy, at.Source ?? Source);

    public void ThrowIfErrors()
    {
        if (HasErrors)
            throw new PolicyException(InFileOrder);
    }

    private void Add(DiagnosticSeverity severity, int line, int column, string code, string message, string remedy, string source)
    {
        if (_whole is not null)
        {
            _whole.Add(severity, line, column, code, message, remedy, source);
            return;
        }
        HasErrors |= severity == DiagnosticSeverity.Error;
        if (_items.Count < MaximumDiagnostics || (severity == DiagnosticSeverity.Error && _items.TrueForAll(d => d.Severity != severity)))
            _items.Add(new PolicyDiagnostic(severity, code, message, line, column, remedy, source));
    }
}
