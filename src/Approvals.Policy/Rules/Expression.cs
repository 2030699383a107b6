using Approvals.Policy.Cel;

namespace Approvals.Policy.Rules;

/// <summary>A compiled expression of the policy.</summary>
internal sealed class Expression(string source, CelProgram program)
{
    /// <summary>
    /// Far above what a policy needs, far below what a reviewer would notice: a bundle of hostile rules cannot hold up the gate.
    /// </summary>
    public const int CostLimit = 100_000;

    public string Source { get; } = source;

    public CelProgram Program { get; } = program;
}
