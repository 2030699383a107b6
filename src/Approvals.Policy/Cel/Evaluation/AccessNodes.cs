namespace Approvals.Policy.Cel.Evaluation;

/// <summary>Field selection and indexing on lists, maps and optionals of them.</summary>
internal static class Access
{
    internal static readonly CelError NotAContainer = new("no_such_overload", "only maps, lists and optionals of them can be looked into");

    /// <summary>
    /// The element under a key: Undefined where it is absent, an error where the container or the key is of the wrong type.
    /// </summary>
    internal static CelValue Find(in CelValue container, in CelValue key)
    {
        switch (container.Kind)
        {
            case CelKind.Map:
                if (container.MapValue.TryGetValue(key, out var value))
                {
                    return value;
                }

                return key.Kind is CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Bool or CelKind.Double
                    ? default
                    : CelValue.Of(CelError.UnsupportedKey);
            case CelKind.List:
                var list = container.ListValue;
                long index;
                switch (key.Kind)
                {
                    case CelKind.Int:
                        index = key.IntValue;
                        break;
                    case CelKind.Uint:
                        index = key.UintValue > int.MaxValue ? -1 : (long)key.UintValue;
                        break;
                    case CelKind.Double when key.DoubleValue == Math.Floor(key.DoubleValue) && Math.Abs(key.DoubleValue) <= int.MaxValue:
                        index = (long)key.DoubleValue;
                        break;
                    default:
                        return CelValue.Of(CelError.Invalid("a list index must be a whole number"));
                }

                return (ulong)index < (ulong)list.Length ? list[index] : default;
            default:
                return CelValue.Of(NotAContainer);
        }
    }
}

internal sealed class SelectNode(Node operand, string field, bool isOptional, int offset) : Node(offset)
{
    private readonly CelError _missing = new("no_such_key", $"no such key: '{field}'");
    private readonly CelValue _key = CelValue.Of(field);

    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var container = operand.Eval(ref state);
        if (container.Kind == CelKind.Map && !isOptional)
        {
            return container.MapValue.TryGetValue(field, out var value) ? value : Fail(_missing);
        }

        return container.Kind switch
        {
            CelKind.Error => container,
            CelKind.Optional when !container.HasOptionalValue => container,
            CelKind.Optional => AsOptional(container.OptionalValue),
            CelKind.Map => AsOptional(container),
            _ => Fail(Access.NotAContainer),
        };
    }

    private CelValue AsOptional(in CelValue container)
    {
        if (container.Kind != CelKind.Map)
        {
            return Fail(container.Kind == CelKind.Null ? _missing : Access.NotAContainer);
        }

        var found = Access.Find(container, _key);
        return found.Kind == CelKind.Undefined ? CelValue.OptionalNone : CelValue.OptionalOf(found);
    }
}

/// <summary><c>has(operand.field)</c>.</summary>
internal sealed class HasNode(Node operand, string field, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var container = operand.Eval(ref state);
        if (container.Kind == CelKind.Optional)
        {
            if (!container.HasOptionalValue)
            {
                return CelValue.False;
            }

            container = container.OptionalValue;
        }

        return container.Kind switch
        {
            CelKind.Map => CelValue.Of(container.MapValue.TryGetValue(field, out _)),
            CelKind.Error => container,
            _ => Fail(Access.NotAContainer),
        };
    }
}

internal sealed class IndexNode(Node operand, Node key, bool isOptional, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var container = operand.Eval(ref state);
        if (container.IsError)
        {
            return container;
        }

        var index = key.Eval(ref state);
        if (index.IsError)
        {
            return index;
        }

        var wantsOptional = isOptional;
        if (container.Kind == CelKind.Optional)
        {
            if (!container.HasOptionalValue)
            {
                return container;
            }

            wantsOptional = true;
            container = container.OptionalValue;
        }

        var found = Access.Find(container, index);
        if (found.Kind == CelKind.Undefined)
        {
            return wantsOptional ? CelValue.OptionalNone : Fail(container.Kind == CelKind.Map ? CelError.NoSuchKey : CelError.IndexOutOfRange);
        }

        return found.IsError ? Located(found) : wantsOptional ? CelValue.OptionalOf(found) : found;
    }
}

internal sealed class ListNode(Node[] elements, bool[]? optionals, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1 + elements.Length);
        var values = new CelValue[elements.Length];
        var count = 0;
        for (var i = 0; i < elements.Length; i++)
        {
            var value = elements[i].Eval(ref state);
            if (value.IsError)
            {
                return value;
            }

            if (optionals is not null && optionals[i])
            {
                if (value.Kind != CelKind.Optional)
                {
                    return Fail(CelError.NoSuchOverload);
                }

                if (!value.HasOptionalValue)
                {
                    continue;
                }

                value = value.OptionalValue;
            }

            values[count++] = value;
        }

        return CelValue.Of(count == values.Length ? values : values[..count]);
    }
}

internal sealed class MapNode((Node Key, Node Value, bool IsOptional)[] entries, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1 + (2 * entries.Length));
        var keys = new CelValue[entries.Length];
        var values = new CelValue[entries.Length];
        var count = 0;
        foreach (var (keyNode, valueNode, isOptional) in entries)
        {
            var key = keyNode.Eval(ref state);
            if (key.IsError)
            {
                return key;
            }

            var value = valueNode.Eval(ref state);
            if (value.IsError)
            {
                return value;
            }

            if (isOptional)
            {
                if (value.Kind != CelKind.Optional)
                {
                    return Fail(CelError.NoSuchOverload);
                }

                if (!value.HasOptionalValue)
                {
                    continue;
                }

                value = value.OptionalValue;
            }

            keys[count] = key;
            values[count++] = value;
        }

        return CelMap.TryCreate(keys[..count], values[..count], out var error) is { } map ? CelValue.Of(map) : Fail(error!);
    }
}
