using Approvals.Policy.Cel;
using Approvals.Policy.Cel.Syntax;
using Approvals.Policy.Lint;

namespace Approvals.Policy.Rules;

/// <summary>
/// The types of action that a condition can be true for, read off its conjuncts (<c>action.type == "x" &amp;&amp; …</c>), so that most rules of a
/// large policy cost one comparison. INVARIANT: what it rules out evaluates to false, never to an error: <c>false &amp;&amp; error</c> is false in
/// CEL (langdef.md, "Logical Operators").
/// </summary>
internal sealed class TypeGuard
{
    private readonly string[] _exact;
    private readonly string? _prefix;

    private TypeGuard(string[] exact, string? prefix) => (_exact, _prefix) = (exact, prefix);

    /// <summary>Null where the condition says nothing certain of the type.</summary>
    public static TypeGuard? Of(Expr condition)
    {
        foreach (var conjunct in Logic.Conjuncts(condition))
        {
            if (Logic.OneOf(conjunct) is { } one && IsType(one.Of))
                return new TypeGuard([.. one.Texts], null);
            if (Logic.Call(conjunct, "startsWith") is { } prefix && IsType(prefix.Target))
                return new TypeGuard([], prefix.Text);
        }
        return null;
    }

    /// <param name="type">The action's type: a string that is there.</param>
    public bool RulesOut(string type)
    {
        if (_prefix is not null)
            return !type.StartsWith(_prefix, StringComparison.Ordinal);
        foreach (var exact in _exact)
        {
            if (string.Equals(exact, type, StringComparison.Ordinal))
                return false;
        }
        return true;
    }

    /// <summary>The type to ask guards with; null where the action has none, and every condition must be evaluated.</summary>
    public static string? TypeOf(CelActivation activation) =>
        activation["action"].AsMap().TryGetValue("type", out var type) && type.Kind == CelKind.String ? type.AsString() : null;

    private static bool IsType(Expr expr) => expr is Expr.Select { Field: "type", IsOptional: false, Operand: Expr.Ident { Name: "action" } };
}
