namespace Approvals.Policy.Cel.Evaluation;

/// <summary>
/// What every comprehension has: a range and one or two loop variables. With one, a list gives its elements and a map its keys; with two,
/// a list gives index and element and a map key and value.
/// </summary>
/// <param name="Range">The list or map to go through.</param>
/// <param name="Slot">Slot of the first variable.</param>
/// <param name="SecondSlot">Slot of the second variable; -1 for the forms with one.</param>
internal sealed record Loop(Node Range, int Slot, int SecondSlot)
{
    /// <summary>Number of rounds, or -1 where the value is no range.</summary>
    internal static int Count(in CelValue range) => range.Kind switch
    {
        CelKind.List => range.ListValue.Length,
        CelKind.Map => range.MapValue.Count,
        _ => -1,
    };

    internal void Bind(in CelValue range, int index, ref EvalState state)
    {
        state.Meter.Charge(1);
        var isList = range.Kind == CelKind.List;
        if (SecondSlot < 0)
        {
            state.Locals[Slot] = isList ? range.ListValue[index] : range.MapValue.KeyArray[index];
            return;
        }

        state.Locals[Slot] = isList ? CelValue.Of((long)index) : range.MapValue.KeyArray[index];
        state.Locals[SecondSlot] = isList ? range.ListValue[index] : range.MapValue.ValueArray[index];
    }
}

internal enum Quantifier
{
    All,
    Exists,
    ExistsOne,
}

/// <summary><c>all</c>, <c>exists</c>: as a chain of &amp;&amp; or ||, absorbing errors. <c>exists_one</c>: absorbs none.</summary>
internal sealed class QuantifierNode(Quantifier kind, Loop loop, Node predicate, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var range = loop.Range.Eval(ref state);
        var count = Loop.Count(range);
        if (count < 0)
        {
            return range.IsError ? range : Fail(CelError.NoSuchOverload);
        }

        return kind == Quantifier.ExistsOne ? ExistsOne(range, count, ref state) : AllOrExists(range, count, ref state);
    }

    private CelValue AllOrExists(in CelValue range, int count, ref EvalState state)
    {
        var decider = kind == Quantifier.Exists;
        var error = default(CelValue);
        for (var i = 0; i < count; i++)
        {
            loop.Bind(range, i, ref state);
            var value = predicate.Eval(ref state);
            if (value.Kind == CelKind.Bool)
            {
                if (value.BoolValue == decider)
                {
                    return value;
                }
            }
            else if (!error.IsError)
            {
                error = value.IsError ? value : Fail(CelError.NoSuchOverload);
            }
        }

        return error.IsError ? error : CelValue.Of(!decider);
    }

    private CelValue ExistsOne(in CelValue range, int count, ref EvalState state)
    {
        var matches = 0;
        for (var i = 0; i < count; i++)
        {
            loop.Bind(range, i, ref state);
            var value = predicate.Eval(ref state);
            if (value.Kind != CelKind.Bool)
            {
                return value.IsError ? value : Fail(CelError.NoSuchOverload);
            }

            matches += value.BoolValue ? 1 : 0;
        }

        return CelValue.Of(matches == 1);
    }
}

/// <summary><c>map</c>, <c>filter</c>, <c>transformList</c>: the elements, or what they become, that pass the predicate.</summary>
internal sealed class ListComprehensionNode(Loop loop, Node? predicate, Node? transform, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var range = loop.Range.Eval(ref state);
        var count = Loop.Count(range);
        if (count < 0)
        {
            return range.IsError ? range : Fail(CelError.NoSuchOverload);
        }

        var results = new CelValue[count];
        var length = 0;
        for (var i = 0; i < count; i++)
        {
            loop.Bind(range, i, ref state);
            if (predicate is not null)
            {
                var passes = predicate.Eval(ref state);
                if (passes.Kind != CelKind.Bool)
                {
                    return passes.IsError ? passes : Fail(CelError.NoSuchOverload);
                }

                if (!passes.BoolValue)
                {
                    continue;
                }
            }

            var result = transform is null ? state.Locals[loop.Slot] : transform.Eval(ref state);
            if (result.IsError)
            {
                return result;
            }

            results[length++] = result;
        }

        return CelValue.Of(length == count ? results : results[..length]);
    }
}

/// <summary><c>transformMap</c> (same keys, new values) and <c>transformMapEntry</c> (the entries of a map for each round).</summary>
internal sealed class MapComprehensionNode(Loop loop, Node? predicate, Node transform, bool isEntry, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var range = loop.Range.Eval(ref state);
        var count = Loop.Count(range);
        if (count < 0)
        {
            return range.IsError ? range : Fail(CelError.NoSuchOverload);
        }

        var keys = new List<CelValue>(count);
        var values = new List<CelValue>(count);
        for (var i = 0; i < count; i++)
        {
            loop.Bind(range, i, ref state);
            if (predicate is not null)
            {
                var passes = predicate.Eval(ref state);
                if (passes.Kind != CelKind.Bool)
                {
                    return passes.IsError ? passes : Fail(CelError.NoSuchOverload);
                }

                if (!passes.BoolValue)
                {
                    continue;
                }
            }

            var result = transform.Eval(ref state);
            if (result.IsError)
            {
                return result;
            }

            if (!isEntry)
            {
                keys.Add(state.Locals[loop.Slot]);
                values.Add(result);
                continue;
            }

            if (result.Kind != CelKind.Map)
            {
                return Fail(CelError.NoSuchOverload);
            }

            state.Meter.Charge(result.MapValue.Count);
            keys.AddRange(result.MapValue.Keys);
            values.AddRange(result.MapValue.Values);
        }

        return CelMap.TryCreate([.. keys], [.. values], out var error) is { } map ? CelValue.Of(map) : Fail(error!);
    }
}
