using Approvals.Policy.Cel.Evaluation;
using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Cel.Binding;

/// <summary>
/// Turns the syntax tree into nodes: resolves names ("Name Resolution" in the language definition), expands macros and, with
/// <paramref name="check"/>, checks types. Without, all that does not fit becomes an error of the evaluation.
/// </summary>
internal sealed partial class Binder(CelEnvironment environment, SourceText source, bool check)
{
    private readonly TypeSolver _types = new();

    // Innermost last.
    private readonly List<Local> _locals = [];

    private sealed record Local(string Name, int Slot, CelType Type);

    private readonly record struct Bound(Node Node, CelType Type);

    /// <summary>Slots that an evaluation needs for local variables.</summary>
    internal int LocalCount { get; private set; }

    internal (Node Root, CelType Type) BindRoot(Expr expr)
    {
        var (node, type) = Bind(expr);
        return (node, _types.Resolve(type));
    }

    private Bound Bind(Expr expr) => expr switch
    {
        Expr.Literal literal => new Bound(new ConstantNode(literal.Value, literal.Offset), literal.Value.Type),
        Expr.Ident ident => BindName(ident) ?? Undeclared(ident),
        Expr.Select select => BindName(select) ?? BindSelect(select),
        Expr.Index index => BindIndex(index),
        Expr.Call call => BindMacro(call) ?? BindCall(call),
        Expr.Unary unary => BindUnary(unary),
        Expr.Binary binary => BindBinary(binary),
        Expr.Logical logical => BindLogical(logical),
        Expr.Conditional conditional => BindConditional(conditional),
        Expr.ListLiteral list => BindList(list),
        Expr.MapLiteral map => BindMap(map),
        _ => throw new InvalidOperationException($"No such expression: {expr.GetType().Name}"),
    };

    /// <summary>
    /// A name or a chain of selections as one qualified name, if it is one: a local, a variable or a type. The longest chain is tried first,
    /// the caller then binds what is left of it.
    /// </summary>
    private Bound? BindName(Expr expr)
    {
        if (QualifiedName(expr, out var root) is not { } name)
        {
            return null;
        }

        if (!root!.IsAbsolute && FindLocal(root.Name) is { } local)
        {
            return ReferenceEquals(expr, root) ? new Bound(new LocalNode(local.Slot, expr.Offset), local.Type) : null;
        }

        foreach (var candidate in Candidates(name, root.IsAbsolute))
        {
            if (environment.TryResolve(candidate, out var slot, out var type))
            {
                return new Bound(new VariableNode(slot, candidate, expr.Offset), type);
            }

            if (CelType.Simple(candidate) is { } constant)
            {
                return new Bound(new ConstantNode(CelValue.Of(constant), expr.Offset), CelType.Type);
            }
        }

        return null;
    }

    private static string? QualifiedName(Expr expr, out Expr.Ident? root)
    {
        switch (expr)
        {
            case Expr.Ident ident:
                root = ident;
                return ident.Name;
            case Expr.Select { IsOptional: false } select when select.Field.AsSpan().IndexOfAny("./- ") < 0:
                var prefix = QualifiedName(select.Operand, out root);
                return prefix is null ? null : $"{prefix}.{select.Field}";
            default:
                root = null;
                return null;
        }
    }

    private Local? FindLocal(string name) => _locals.FindLast(local => local.Name == name);

    /// <summary>In container a.b: a.b.name, a.name, name.</summary>
    private IEnumerable<string> Candidates(string name, bool isAbsolute)
    {
        var container = isAbsolute ? "" : environment.Container;
        while (container.Length > 0)
        {
            yield return $"{container}.{name}";
            container = container[..Math.Max(0, container.LastIndexOf('.'))];
        }

        yield return name;
    }

    private Bound Undeclared(Expr.Ident ident)
    {
        var near = NearName.Find(ident.Name, environment.VariableNames.Concat(_locals.Select(l => l.Name)));
        return Reject(
            "undeclared_reference",
            $"undeclared reference to '{ident.Name}'" + (near is null ? "" : $"; did you mean '{near}'?"),
            ident.Offset);
    }

    private Bound BindSelect(Expr.Select select)
    {
        var operand = Bind(select.Operand);
        var type = SelectedType(operand.Type, select.Field, select.Offset, out var isOptional);
        return new Bound(
            new SelectNode(operand.Node, select.Field, select.IsOptional, select.Offset),
            isOptional || select.IsOptional ? CelType.Optional(type) : type);
    }

    /// <summary>The type of a field, out of the optional that <paramref name="isOptional"/> says it is in.</summary>
    private CelType SelectedType(CelType operand, string field, int offset, out bool isOptional)
    {
        var type = _types.Shallow(operand);
        isOptional = type.Kind == CelTypeKind.Optional;
        type = isOptional ? _types.Shallow(type.Parameters[0]) : type;
        switch (type.Kind)
        {
            case CelTypeKind.Map:
                return type.Parameters[1];
            case CelTypeKind.Dyn or CelTypeKind.Variable:
                return CelType.Dyn;
            default:
                Reject("type_mismatch", $"a value of type {_types.Resolve(type)} has no field '{field}'", offset);
                return CelType.Dyn;
        }
    }

    private Bound BindIndex(Expr.Index index)
    {
        var operand = Bind(index.Operand);
        var key = Bind(index.Key);
        var type = _types.Shallow(operand.Type);
        var isOptional = index.IsOptional || type.Kind == CelTypeKind.Optional;
        type = type.Kind == CelTypeKind.Optional ? _types.Shallow(type.Parameters[0]) : type;
        var result = CelType.Dyn;
        switch (type.Kind)
        {
            case CelTypeKind.List:
                result = type.Parameters[0];
                // [?1u] and [?1.0] are whole numbers too, but only dyn lets them pass the check.
                RequireType(key, CelType.Int, index.Key.Offset, "a list index");
                break;
            case CelTypeKind.Map:
                result = type.Parameters[1];
                RequireType(key, type.Parameters[0], index.Key.Offset, "the key");
                break;
            case CelTypeKind.Dyn or CelTypeKind.Variable:
                break;
            default:
                Reject("no_such_overload", $"a value of type {_types.Resolve(type)} cannot be indexed", index.Offset);
                break;
        }

        return new Bound(
            new IndexNode(operand.Node, key.Node, index.IsOptional, index.Offset),
            isOptional ? CelType.Optional(result) : result);
    }

    private Bound BindList(Expr.ListLiteral list)
    {
        var nodes = new Node[list.Elements.Length];
        CelType? type = null;
        for (var i = 0; i < nodes.Length; i++)
        {
            var (expr, isOptional) = list.Elements[i];
            var element = Bind(expr);
            nodes[i] = element.Node;
            type = _types.Join(type, isOptional ? UnwrapOptional(element, expr.Offset) : element.Type);
        }

        var listType = CelType.List(type ?? _types.Fresh());
        var hasOptionals = list.Elements.Any(e => e.IsOptional);
        if (!hasOptionals && nodes.All(n => n is ConstantNode))
        {
            return new Bound(
                new ConstantNode(CelValue.Of([.. nodes.Select(n => ((ConstantNode)n).Value)]), list.Offset),
                listType);
        }

        return new Bound(new ListNode(nodes, hasOptionals ? [.. list.Elements.Select(e => e.IsOptional)] : null, list.Offset), listType);
    }

    private Bound BindMap(Expr.MapLiteral map)
    {
        var entries = new (Node, Node, bool)[map.Entries.Length];
        CelType? keyType = null, valueType = null;
        for (var i = 0; i < entries.Length; i++)
        {
            var (keyExpr, valueExpr, isOptional) = map.Entries[i];
            var key = Bind(keyExpr);
            var value = Bind(valueExpr);
            if (_types.Shallow(key.Type).Kind is not (CelTypeKind.Bool or CelTypeKind.Int or CelTypeKind.Uint or CelTypeKind.String
                or CelTypeKind.Dyn or CelTypeKind.Variable))
            {
                Reject("type_mismatch", $"a map key must be bool, int, uint or string, not {_types.Resolve(key.Type)}", keyExpr.Offset);
            }

            entries[i] = (key.Node, value.Node, isOptional);
            keyType = _types.Join(keyType, key.Type);
            valueType = _types.Join(valueType, isOptional ? UnwrapOptional(value, valueExpr.Offset) : value.Type);
        }

        var type = CelType.Map(keyType ?? _types.Fresh(), valueType ?? _types.Fresh());
        if (entries.All(e => e is (ConstantNode, ConstantNode, false))
            && CelMap.TryCreate(
                [.. entries.Select(e => ((ConstantNode)e.Item1).Value)], [.. entries.Select(e => ((ConstantNode)e.Item2).Value)], out _) is { } constant)
        {
            return new Bound(new ConstantNode(CelValue.Of(constant), map.Offset), type);
        }

        return new Bound(new MapNode(entries, map.Offset), type);
    }

    private CelType UnwrapOptional(Bound bound, int offset)
    {
        var value = _types.Fresh();
        RequireType(bound, CelType.Optional(value), offset, "an entry marked with ?");
        return value;
    }

    private void RequireType(Bound bound, CelType type, int offset, string what)
    {
        var mark = _types.Mark();
        if (!_types.TryAssign(bound.Type, type))
        {
            _types.Undo(mark);
            Reject("type_mismatch", $"{what} must be {_types.Resolve(type)}, this is {_types.Resolve(bound.Type)}", offset);
        }
    }

    /// <summary>An error of the check, or where that is off, a node that fails when evaluated.</summary>
    private Bound Reject(string code, string reason, int offset) => check
        ? throw new CelCheckException(code, reason, source, offset)
        : new Bound(new ErrorNode(new CelError(code, reason), offset), CelType.Dyn);
}
