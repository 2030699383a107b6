using Approvals.Policy.Cel.Evaluation;
using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Cel.Binding;

internal sealed partial class Binder
{
    // cel.block sets its slots by index; the innermost block counts.
    private readonly Stack<Local[]> _blocks = new();

    /// <summary>The node of a macro, or null where the call is none.</summary>
    private Bound? BindMacro(Expr.Call call)
    {
        if (call.Target is null)
        {
            return call is { Function: "has", Args.Length: 1 } ? BindHas(call) : null;
        }

        if (call.Target is Expr.Ident { Name: "cel", IsAbsolute: false })
        {
            return call.Function switch
            {
                "bind" when call.Args.Length == 3 => BindBind(call),
                "block" when call.Args.Length == 2 => BindBlock(call),
                "index" when call.Args.Length == 1 => BindBlockIndex(call),
                "iterVar" or "accuVar" when call.Args.Length == 2 => BindGenerated(call),
                _ => null,
            };
        }

        return (call.Function, call.Args.Length) switch
        {
            ("all", 2 or 3) => BindQuantifier(call, Quantifier.All),
            ("exists", 2 or 3) => BindQuantifier(call, Quantifier.Exists),
            ("exists_one" or "existsOne", 2 or 3) => BindQuantifier(call, Quantifier.ExistsOne),
            ("map", 2 or 3) => BindMapMacro(call),
            ("filter", 2) => BindFilter(call),
            ("transformList", 3 or 4) => BindTransformList(call),
            ("transformMap", 3 or 4) => BindTransformMap(call, false),
            ("transformMapEntry", 3 or 4) => BindTransformMap(call, true),
            ("optMap" or "optFlatMap", 2) => BindOptionalMap(call),
            _ => null,
        };
    }

    private CelCheckException MacroError(Expr at, string reason) => new("invalid_macro", reason, source, at.Offset);

    private Bound BindHas(Expr.Call call)
    {
        if (call.Args[0] is not Expr.Select select)
        {
            throw MacroError(call.Args[0], "has() takes a field selection: has(x.field)");
        }

        var operand = Bind(select.Operand);
        SelectedType(operand.Type, select.Field, select.Offset, out _);
        return new Bound(new HasNode(operand.Node, select.Field, call.Offset), CelType.Bool);
    }

    private string VariableName(Expr expr) => expr switch
    {
        Expr.Ident { IsAbsolute: false } ident => ident.Name,
        Expr.Call { Target: Expr.Ident { Name: "cel" }, Function: "iterVar" or "accuVar", Args.Length: 2 } call => GeneratedName(call),
        _ => throw MacroError(expr, "this must be a simple name: the variable that the macro declares"),
    };

    // A name that no source can spell.
    private string GeneratedName(Expr.Call call)
    {
        if (call.Args is [Expr.Literal { Value.Kind: CelKind.Int } depth, Expr.Literal { Value.Kind: CelKind.Int } unique])
        {
            return $"@{call.Function}:{depth.Value.IntValue}:{unique.Value.IntValue}";
        }

        throw MacroError(call, $"cel.{call.Function} takes two int literals");
    }

    private Bound BindGenerated(Expr.Call call) => FindLocal(GeneratedName(call)) is { } local
        ? new Bound(new LocalNode(local.Slot, call.Offset), local.Type)
        : Reject("undeclared_reference", $"no comprehension around this declares cel.{call.Function}", call.Offset);

    private Local Declare(string name, CelType type)
    {
        var local = new Local(name, LocalCount++, type);
        _locals.Add(local);
        return local;
    }

    private Bound BindBind(Expr.Call call)
    {
        var name = VariableName(call.Args[0]);
        var init = Bind(call.Args[1]);
        var local = Declare(name, init.Type);
        var body = Bind(call.Args[2]);
        _locals.Remove(local);
        return new Bound(new BindNode(local.Slot, init.Node, body.Node, call.Offset), body.Type);
    }

    private Bound BindBlock(Expr.Call call)
    {
        if (call.Args[0] is not Expr.ListLiteral list || list.Elements.Any(e => e.IsOptional))
        {
            throw MacroError(call.Args[0], "cel.block() takes a list of expressions and a result");
        }

        // Slots of one block are neighbours; those of its parts come after them.
        var locals = new Local[list.Elements.Length];
        var first = LocalCount;
        LocalCount += locals.Length;
        var inits = new Node[locals.Length];
        _blocks.Push(locals);
        for (var i = 0; i < locals.Length; i++)
        {
            var init = Bind(list.Elements[i].Value);
            inits[i] = init.Node;
            locals[i] = new Local("", first + i, init.Type);
        }

        var body = Bind(call.Args[1]);
        _blocks.Pop();
        return new Bound(new BlockNode(first, inits, body.Node, call.Offset), body.Type);
    }

    private Bound BindBlockIndex(Expr.Call call)
    {
        if (call.Args[0] is not Expr.Literal { Value.Kind: CelKind.Int } literal)
        {
            throw MacroError(call.Args[0], "cel.index() takes an int literal");
        }

        var index = literal.Value.IntValue;
        return _blocks.TryPeek(out var locals) && (ulong)index < (ulong)locals.Length && locals[index] is { } local
            ? new Bound(new LocalNode(local.Slot, call.Offset), local.Type)
            : Reject("undeclared_reference", "cel.index() names no earlier element of a cel.block() around it", call.Offset);
    }

    /// <summary>Binds range and loop variables; the caller binds the rest and then calls <see cref="EndLoop"/>.</summary>
    private (Loop Loop, CelType Key, CelType Element) BeginLoop(Expr.Call call, bool twoVariables)
    {
        var range = Bind(call.Target!);
        var type = _types.Shallow(range.Type);
        var (key, element) = type.Kind switch
        {
            CelTypeKind.List => (CelType.Int, type.Parameters[0]),
            CelTypeKind.Map => (type.Parameters[0], type.Parameters[1]),
            CelTypeKind.Dyn or CelTypeKind.Variable => (CelType.Dyn, CelType.Dyn),
            _ => (CelType.Dyn, CelType.Dyn),
        };
        if (type.Kind is not (CelTypeKind.List or CelTypeKind.Map or CelTypeKind.Dyn or CelTypeKind.Variable))
        {
            range = new Bound(
                Reject("type_mismatch", $"{call.Function}() goes through a list or a map, this is {_types.Resolve(type)}", call.Target!.Offset).Node,
                CelType.Dyn);
        }

        // Of an empty literal nothing is known: the first use of the variable must not decide for the others.
        element = _types.Shallow(element).Kind == CelTypeKind.Variable ? CelType.Dyn : element;
        key = _types.Shallow(key).Kind == CelTypeKind.Variable ? CelType.Dyn : key;
        var first = VariableName(call.Args[0]);
        if (!twoVariables)
        {
            var only = Declare(first, type.Kind == CelTypeKind.Map ? key : element);
            return (new Loop(range.Node, only.Slot, -1), key, only.Type);
        }

        var second = VariableName(call.Args[1]);
        if (first == second)
        {
            throw MacroError(call.Args[1], $"{call.Function}() needs two different variables");
        }

        return (new Loop(range.Node, Declare(first, key).Slot, Declare(second, element).Slot), key, element);
    }

    private void EndLoop(Loop loop)
    {
        var count = loop.SecondSlot < 0 ? 1 : 2;
        _locals.RemoveRange(_locals.Count - count, count);
    }

    private Node Predicate(Expr expr)
    {
        var predicate = Bind(expr);
        RequireType(predicate, CelType.Bool, expr.Offset, "the predicate");
        return predicate.Node;
    }

    private Bound BindQuantifier(Expr.Call call, Quantifier quantifier)
    {
        var (loop, _, _) = BeginLoop(call, call.Args.Length == 3);
        var predicate = Predicate(call.Args[^1]);
        EndLoop(loop);
        return new Bound(new QuantifierNode(quantifier, loop, predicate, call.Offset), CelType.Bool);
    }

    private Bound BindFilter(Expr.Call call)
    {
        var (loop, _, element) = BeginLoop(call, false);
        var predicate = Predicate(call.Args[1]);
        EndLoop(loop);
        return new Bound(new ListComprehensionNode(loop, predicate, null, call.Offset), CelType.List(element));
    }

    private Bound BindMapMacro(Expr.Call call)
    {
        var (loop, _, _) = BeginLoop(call, false);
        var predicate = call.Args.Length == 3 ? Predicate(call.Args[1]) : null;
        var transform = Bind(call.Args[^1]);
        EndLoop(loop);
        return new Bound(new ListComprehensionNode(loop, predicate, transform.Node, call.Offset), CelType.List(transform.Type));
    }

    private Bound BindTransformList(Expr.Call call)
    {
        var (loop, _, _) = BeginLoop(call, true);
        var predicate = call.Args.Length == 4 ? Predicate(call.Args[2]) : null;
        var transform = Bind(call.Args[^1]);
        EndLoop(loop);
        return new Bound(new ListComprehensionNode(loop, predicate, transform.Node, call.Offset), CelType.List(transform.Type));
    }

    private Bound BindTransformMap(Expr.Call call, bool isEntry)
    {
        var (loop, key, _) = BeginLoop(call, true);
        var predicate = call.Args.Length == 4 ? Predicate(call.Args[2]) : null;
        var transform = Bind(call.Args[^1]);
        EndLoop(loop);
        var type = CelType.Map(key, transform.Type);
        if (isEntry)
        {
            type = CelType.Map(_types.Fresh(), _types.Fresh());
            RequireType(transform, type, call.Args[^1].Offset, "the entry");
        }

        return new Bound(new MapComprehensionNode(loop, predicate, transform.Node, isEntry, call.Offset), type);
    }

    private Bound BindOptionalMap(Expr.Call call)
    {
        var target = Bind(call.Target!);
        var value = _types.Fresh();
        RequireType(target, CelType.Optional(value), call.Target!.Offset, $"what {call.Function}() is called on");
        var local = Declare(VariableName(call.Args[0]), _types.Resolve(value));
        var body = Bind(call.Args[1]);
        _locals.Remove(local);
        var isFlat = call.Function == "optFlatMap";
        if (isFlat)
        {
            RequireType(body, CelType.Optional(_types.Fresh()), call.Args[1].Offset, "the result");
        }

        return new Bound(
            new OptionalMapNode(target.Node, local.Slot, body.Node, isFlat, call.Offset),
            isFlat ? body.Type : CelType.Optional(body.Type));
    }
}
