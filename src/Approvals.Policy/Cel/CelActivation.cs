namespace Approvals.Policy.Cel;

/// <summary>
/// The values of an environment's variables for one or many evaluations. Fill it, then evaluate: many programs may read one activation at
/// once as long as nobody sets a value meanwhile. A variable that stays unset is an error where an expression uses it.
/// </summary>
public sealed class CelActivation
{
    private readonly CelValue[] _values;

    /// <summary>An activation with every variable unset.</summary>
    public CelActivation(CelEnvironment environment)
    {
        Environment = environment;
        _values = new CelValue[environment.VariableCount];
    }

    public CelEnvironment Environment { get; }

    internal ReadOnlySpan<CelValue> Values => _values;

    /// <summary>Sets or reads a variable by name.</summary>
    /// <exception cref="ArgumentException">The environment declares no such variable.</exception>
    public CelValue this[string name]
    {
        get => _values[Environment.SlotOf(name)];
        set => this[Environment.SlotOf(name)] = value;
    }

    /// <summary>Sets or reads a variable by its slot (<see cref="CelEnvironment.SlotOf"/>): no look-up by name.</summary>
    public CelValue this[int slot]
    {
        get => _values[slot];
        set => _values[slot] = value.Kind != CelKind.Error ? value : throw new ArgumentException("An error is no value.", nameof(value));
    }
}
