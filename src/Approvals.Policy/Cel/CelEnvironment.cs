using Approvals.Policy.Cel.Binding;
using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Cel;

/// <summary>
/// The variables an expression may use and their types, with all standard functions, macros and extensions (strings, math, encoders, bindings,
/// optionals, two-variable comprehensions, network). Immutable; may be shared by any number of threads.
/// </summary>
/// <remarks>
/// The language is the Common Expression Language as google/cel-spec defines it (doc/langdef.md), without protobuf messages.
/// </remarks>
public sealed class CelEnvironment
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly CelType[] _types;

    /// <param name="variables">Variables by name; a name may be qualified with dots (<c>com.example.x</c>).</param>
    /// <param name="container">The namespace in which names are looked up first, inner to outer; empty for none.</param>
    public CelEnvironment(IReadOnlyDictionary<string, CelType> variables, string container = "")
    {
        Container = container;
        _types = new CelType[variables.Count];
        foreach (var (name, type) in variables)
        {
            _types[_slots.Count] = type;
            _slots.Add(name, _slots.Count);
        }
    }

    /// <summary>The namespace in which names are looked up first.</summary>
    public string Container { get; }

    internal int VariableCount => _types.Length;

    /// <summary>The slot of a variable, for <see cref="CelActivation"/>.</summary>
    /// <exception cref="ArgumentException">No such variable is declared.</exception>
    public int SlotOf(string variable) => _slots.TryGetValue(variable, out var slot)
        ? slot
        : throw new ArgumentException($"The environment declares no variable '{variable}'.", nameof(variable));

    internal bool TryResolve(string variable, out int slot, out CelType type)
    {
        var found = _slots.TryGetValue(variable, out slot);
        type = found ? _types[slot] : CelType.Dyn;
        return found;
    }

    /// <summary>Names like this one, for the hint of an error message.</summary>
    internal IEnumerable<string> VariableNames => _slots.Keys;

    /// <summary>Parses, checks and prepares an expression.</summary>
    /// <param name="source">The expression; at most 65,536 characters, 250 levels deep, 20,000 parts.</param>
    /// <param name="check">
    /// Whether to type-check. Without, everything is <c>dyn</c>, and names that nobody declared are errors only when evaluated.
    /// </param>
    /// <exception cref="CelSyntaxException">The text is no expression, or passes a limit.</exception>
    /// <exception cref="CelCheckException">Names or types do not fit the environment.</exception>
    public CelProgram Compile(string source, bool check = true)
    {
        var text = new SourceText(source);
        var expr = Parser.Parse(text);
        var binder = new Binder(this, text, check);
        try
        {
            var (root, type) = binder.BindRoot(expr);
            return new CelProgram(this, text, expr, root, type, binder.LocalCount);
        }
        catch (InsufficientExecutionStackException)
        {
            throw new CelCheckException("too_deep", "the types of this expression nest too deep", text, expr.Offset);
        }
    }
}
