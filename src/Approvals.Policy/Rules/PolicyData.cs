using System.Text.Json;
using Approvals.Policy.Cel;

namespace Approvals.Policy.Rules;

/// <summary>What stands beside the rules for them to look up: the CEL variables <c>lists</c> and <c>tables</c>.</summary>
internal sealed record PolicyData(CelValue Lists, CelValue Tables)
{
    public static PolicyData Empty { get; } = new(CelValue.Of(CelMap.Empty), CelValue.Of(CelMap.Empty));
}
