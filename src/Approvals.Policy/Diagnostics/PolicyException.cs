using System.Globalization;

namespace Approvals.Policy;

/// <summary>A policy that cannot be loaded, with everything that is wrong with it.</summary>
public sealed class PolicyException : Exception
{
    public PolicyException(IReadOnlyList<PolicyDiagnostic> diagnostics)
        : base(Describe(diagnostics)) => Diagnostics = diagnostics;

    /// <summary>The stable code of the first error.</summary>
    public string Code => Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error).Code;

    /// <summary>At least one error, in the order of the file; warnings may stand between.</summary>
    public IReadOnlyList<PolicyDiagnostic> Diagnostics { get; }

    private static string Describe(IReadOnlyList<PolicyDiagnostic> diagnostics)
    {
        var errors = diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).ToList();
        var more = errors.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" (and {errors.Count - 1} more)") : "";
        return $"{errors[0]} {errors[0].Remedy}{more}";
    }
}
