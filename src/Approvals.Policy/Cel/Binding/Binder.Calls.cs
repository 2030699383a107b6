using Approvals.Policy.Cel.Evaluation;
using Approvals.Policy.Cel.Functions;
using Approvals.Policy.Cel.Matching;
using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Cel.Binding;

internal sealed partial class Binder
{
    private static readonly string[] s_macros = ["has", "all", "exists", "exists_one", "map", "filter", "transformList", "transformMap", "transformMapEntry", "optMap", "optFlatMap"];

    private Bound BindCall(Expr.Call call)
    {
        if (call.Target is null)
        {
            foreach (var candidate in Candidates(call.Function, call.IsAbsolute))
            {
                if (FunctionTable.TryGet(candidate, false, out var overloads))
                {
                    return Call(call, candidate, overloads, call.Args);
                }
            }

            return UnknownFunction(call);
        }

        // math.greatest(x): the target is part of the name, unless it is a local variable.
        if (QualifiedName(call.Target, out var root) is { } prefix && (root!.IsAbsolute || FindLocal(root.Name) is null))
        {
            foreach (var candidate in Candidates($"{prefix}.{call.Function}", root.IsAbsolute))
            {
                if (FunctionTable.TryGet(candidate, false, out var overloads))
                {
                    return Call(call, candidate, overloads, call.Args);
                }
            }
        }

        return FunctionTable.TryGet(call.Function, true, out var members)
            ? Call(call, call.Function, members, [call.Target, .. call.Args])
            : UnknownFunction(call);
    }

    private Bound UnknownFunction(Expr.Call call)
    {
        // Variables of a mistyped macro are no mistakes of their own.
        if (call.Args is [Expr.Ident, _, ..] && call.Target is not null && NearName.Find(call.Function, s_macros) is { } macro && !FunctionTable.Exists(call.Function))
        {
            return Reject("undeclared_reference", $"undeclared function '{call.Function}'; did you mean '{macro}'?", call.Offset);
        }

        foreach (var child in call.Target is null ? call.Args : [call.Target, .. call.Args])
        {
            Bind(child);
        }

        var hint = FunctionTable.Exists(call.Function)
            ? call.Target is null ? $"; it is called as a method: x.{call.Function}(…)" : $"; it is called as {call.Function}(…)"
            : NearName.Find(call.Function, FunctionTable.Names(call.Target is not null).Concat(s_macros)) is { } near ? $"; did you mean '{near}'?" : "";
        return Reject("undeclared_reference", $"undeclared function '{call.Function}'{hint}", call.Offset);
    }

    private Bound Call(Expr.Call call, string name, Overload[] overloads, Expr[] args)
    {
        var nodes = new Node[args.Length];
        var types = new CelType[args.Length];
        for (var i = 0; i < args.Length; i++)
        {
            (nodes[i], types[i]) = Bind(args[i]);
        }

        if (name is "math.greatest" or "math.least")
        {
            RequireNumbers(name, args, types);
        }

        var type = ResultType(name, overloads, types, call.Offset);
        var fitting = Array.FindAll(overloads, overload => overload.HasArity(args.Length));
        if (name == "matches" && nodes is [_, ConstantNode { Value.Kind: CelKind.String } pattern])
        {
            return new Bound(BindPattern(nodes[0], pattern.Value.StringValue, args[1].Offset, call.Offset), type);
        }

        return new Bound(new CallNode(fitting, nodes, call.Offset), type);
    }

    // Their overload for mixed numbers takes dyn, hence whatever else too.
    private void RequireNumbers(string name, Expr[] args, CelType[] types)
    {
        for (var i = 0; i < types.Length; i++)
        {
            var type = _types.Shallow(types[i]);
            if (type.Kind is not (CelTypeKind.Int or CelTypeKind.Uint or CelTypeKind.Double or CelTypeKind.Dyn or CelTypeKind.Variable)
                && !(type.Kind == CelTypeKind.List && types.Length == 1))
            {
                Reject("no_such_overload", $"{name}() takes numbers or one list of numbers, this is {_types.Resolve(type)}", args[i].Offset);
            }
        }
    }

    /// <summary>A pattern known when compiling is compiled once, and its mistakes are errors of the check.</summary>
    private Node BindPattern(Node text, string pattern, int patternOffset, int offset)
    {
        if (Pattern.TryCompile(pattern, out var compiled, out var error))
        {
            return new MatchNode(text, compiled, offset);
        }

        return Reject("invalid_pattern", error, patternOffset).Node;
    }

    /// <summary>
    /// The result of the overloads that fit the argument types; <c>dyn</c> where several fit and differ. None is an error.
    /// </summary>
    private CelType ResultType(string name, Overload[] overloads, ReadOnlySpan<CelType> args, int offset)
    {
        if (!check)
        {
            return CelType.Dyn;
        }

        CelType? result = null;
        foreach (var overload in overloads)
        {
            if (!overload.HasArity(args.Length))
            {
                continue;
            }

            var mark = _types.Mark();
            var renamed = new Dictionary<string, CelType>(StringComparer.Ordinal);
            var fits = true;
            for (var i = 0; i < args.Length && fits; i++)
            {
                fits = _types.TryAssign(args[i], _types.Instantiate(overload.Parameter(i), renamed));
            }

            if (!fits)
            {
                _types.Undo(mark);
                continue;
            }

            var type = _types.Resolve(_types.Instantiate(overload.Result, renamed));
            if (result is not null && !result.Equals(type))
            {
                return CelType.Dyn;
            }

            result = type;
        }

        return result ?? throw new CelCheckException("no_such_overload", NoOverload(name, overloads, args), source, offset);
    }

    private string NoOverload(string name, Overload[] overloads, ReadOnlySpan<CelType> args)
    {
        if (name is "==" or "!=")
        {
            return $"{name} compares values of one type, these are {_types.Resolve(args[0])} and {_types.Resolve(args[1])}; use dyn() to mix";
        }

        const int shown = 4;
        var types = new List<CelType>();
        foreach (var arg in args)
        {
            types.Add(_types.Resolve(arg));
        }

        // Those that take most of what is given, the first argument before the others.
        var fit = new Dictionary<Overload, int>();
        foreach (var overload in overloads)
        {
            fit[overload] = 0;
            for (var i = 0; i < args.Length && overload.HasArity(args.Length); i++)
            {
                fit[overload] += overload.Parameter(i).Kind == _types.Shallow(args[i]).Kind ? i == 0 ? 2 : 1 : 0;
            }
        }

        var best = fit.Values.Max();
        Overload[] nearest = [.. overloads.Where(overload => fit[overload] == best)];
        var known = string.Join(", ", nearest.Take(shown).Select(o => o.Signature)) + (nearest.Length > shown ? ", …" : "");
        return overloads[0].IsMember
            ? $"no overload of {types[0]}.{name}({string.Join(", ", types.Skip(1))}); known: {known}"
            : $"no overload of {name}({string.Join(", ", types)}); known: {known}";
    }
}
