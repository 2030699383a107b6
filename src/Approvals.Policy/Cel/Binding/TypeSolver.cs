using System.Runtime.CompilerServices;

namespace Approvals.Policy.Cel.Binding;

/// <summary>
/// Solves type variables while one expression is checked: assignability with <c>dyn</c> on either side ("Gradual Type Checking" in the language
/// definition).
/// </summary>
/// <remarks>
/// Types nest as deep as <c>cel.block</c> is long: recursion that runs out of stack throws <see cref="InsufficientExecutionStackException"/>, which
/// <see cref="CelEnvironment.Compile"/> turns into a check error.
/// </remarks>
internal sealed class TypeSolver
{
    private readonly Dictionary<string, CelType> _solutions = new(StringComparer.Ordinal);

    // Variables in the order they were solved, to undo a failed attempt.
    private readonly List<string> _trail = [];
    private int _fresh;

    internal CelType Fresh() => CelType.Variable($"%{_fresh++}");

    /// <summary>A signature's own type variables, renamed apart for one call.</summary>
    internal CelType Instantiate(CelType type, Dictionary<string, CelType> renamed)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (type.Kind == CelTypeKind.Variable)
        {
            if (!renamed.TryGetValue(type.Name, out var fresh))
            {
                renamed.Add(type.Name, fresh = Fresh());
            }

            return fresh;
        }

        return type.Parameters.IsEmpty ? type : Rebuild(type, p => Instantiate(p, renamed));
    }

    internal int Mark() => _trail.Count;

    internal void Undo(int mark)
    {
        for (var i = _trail.Count - 1; i >= mark; i--)
        {
            _solutions.Remove(_trail[i]);
        }

        _trail.RemoveRange(mark, _trail.Count - mark);
    }

    /// <summary>The type behind a solved variable; parameters stay as they are.</summary>
    internal CelType Shallow(CelType type)
    {
        while (type.Kind == CelTypeKind.Variable && _solutions.TryGetValue(type.Name, out var solution))
        {
            type = solution;
        }

        return type;
    }

    /// <summary>The type with all variables replaced; what nothing determines is <c>dyn</c>.</summary>
    internal CelType Resolve(CelType type)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        type = Shallow(type);
        return type.Kind == CelTypeKind.Variable ? CelType.Dyn : type.Parameters.IsEmpty ? type : Rebuild(type, Resolve);
    }

    /// <summary>Whether a value of one type may stand where the other is expected; solves variables on the way, also when it fails.</summary>
    internal bool TryAssign(CelType from, CelType to)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        from = Shallow(from);
        to = Shallow(to);
        if (from.Kind == CelTypeKind.Dyn || to.Kind == CelTypeKind.Dyn)
        {
            return true;
        }

        if (to.Kind == CelTypeKind.Variable)
        {
            return Solve(to, from);
        }

        if (from.Kind == CelTypeKind.Variable)
        {
            return Solve(from, to);
        }

        if (from.Kind != to.Kind)
        {
            return (from.Kind == CelTypeKind.Null && IsNullable(to)) || (to.Kind == CelTypeKind.Null && IsNullable(from));
        }

        for (var i = 0; i < from.Parameters.Length; i++)
        {
            if (!TryAssign(from.Parameters[i], to.Parameters[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The type of an aggregate's elements, seen so far and next: the more general, or <c>dyn</c> where they do not agree.</summary>
    internal CelType Join(CelType? seen, CelType next)
    {
        if (seen is null)
        {
            return next;
        }

        var mark = Mark();
        if (TryAssign(seen, next))
        {
            return IsAtLeastAsGeneral(seen, next) ? seen : next;
        }

        Undo(mark);
        return CelType.Dyn;
    }

    private bool IsAtLeastAsGeneral(CelType a, CelType b)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        a = Shallow(a);
        b = Shallow(b);
        if (a.Kind is CelTypeKind.Dyn or CelTypeKind.Variable)
        {
            return true;
        }

        if (a.Kind != b.Kind)
        {
            // null fits where the other does, not the other way round.
            return b.Kind == CelTypeKind.Null;
        }

        for (var i = 0; i < a.Parameters.Length; i++)
        {
            if (!IsAtLeastAsGeneral(a.Parameters[i], b.Parameters[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNullable(CelType type) =>
        type.Kind is CelTypeKind.Timestamp or CelTypeKind.Duration or CelTypeKind.Optional or CelTypeKind.Ip or CelTypeKind.Cidr;

    private bool Solve(CelType variable, CelType type)
    {
        if (type.Kind == CelTypeKind.Variable && type.Name == variable.Name)
        {
            return true;
        }

        if (Mentions(type, variable.Name))
        {
            return false;
        }

        _solutions.Add(variable.Name, type);
        _trail.Add(variable.Name);
        return true;
    }

    private bool Mentions(CelType type, string variable)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        type = Shallow(type);
        return type.Kind == CelTypeKind.Variable ? type.Name == variable : type.Parameters.Any(p => Mentions(p, variable));
    }

    private static CelType Rebuild(CelType type, Func<CelType, CelType> map) => type.Kind switch
    {
        CelTypeKind.List => CelType.List(map(type.Parameters[0])),
        CelTypeKind.Map => CelType.Map(map(type.Parameters[0]), map(type.Parameters[1])),
        CelTypeKind.Optional => CelType.Optional(map(type.Parameters[0])),
        _ => type,
    };
}
