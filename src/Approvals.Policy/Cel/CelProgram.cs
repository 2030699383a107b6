using Approvals.Policy.Cel.Evaluation;
using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Cel;

/// <summary>A compiled expression. Immutable; any number of evaluations may run at once.</summary>
public sealed class CelProgram
{
    /// <summary>
    /// Cost limit where none is given. One unit is about one operator or one element visited, or 16 characters of text handled;
    /// this many take well under 10 ms.
    /// </summary>
    public const long DefaultCostLimit = 50_000;

    private readonly SourceText _source;
    private readonly Expr _expr;
    private readonly Node _root;
    private readonly int _localCount;

    internal CelProgram(CelEnvironment environment, SourceText source, Expr expr, Node root, CelType resultType, int localCount)
    {
        Environment = environment;
        ResultType = resultType;
        _source = source;
        _expr = expr;
        _root = root;
        _localCount = localCount;
    }

    public CelEnvironment Environment { get; }

    /// <summary>The text it was compiled from.</summary>
    public string Source => _source.Text;

    /// <summary>What the checker knows of the result; <see cref="CelType.Dyn"/> where it knows nothing or was off.</summary>
    public CelType ResultType { get; }

    /// <summary>The expression written anew in canonical spacing and quoting; compiles to the same program.</summary>
    public string ToCanonicalSource() => ExprPrinter.Print(_expr);

    /// <summary>Evaluates. Allocates nothing for conditions that build no string, list or map.</summary>
    /// <param name="activation">Values of the environment's variables.</param>
    /// <param name="costLimit">Most cost units to spend; 0 means <see cref="DefaultCostLimit"/>.</param>
    /// <exception cref="CelEvaluationException">The expression ended in an error or reached the cost limit.</exception>
    /// <exception cref="ArgumentException">The activation belongs to another environment.</exception>
    public CelValue Evaluate(CelActivation activation, long costLimit = 0)
    {
        var result = EvaluateOrError(activation, costLimit);
        return result.IsError ? throw Failure(result.ErrorValue) : result;
    }

    /// <summary>
    /// Evaluates a condition without exceptions for ordinary errors: true and false as they are, null for a result that is an error or no Boolean.
    /// </summary>
    /// <param name="activation">Values of the environment's variables.</param>
    /// <param name="costLimit">Most cost units to spend; 0 means <see cref="DefaultCostLimit"/>.</param>
    /// <param name="error">The error, where the result is null.</param>
    /// <exception cref="ArgumentException">The activation belongs to another environment.</exception>
    public bool? EvaluateCondition(CelActivation activation, long costLimit, out CelEvaluationException? error)
    {
        error = null;
        CelValue result;
        try
        {
            result = EvaluateOrError(activation, costLimit);
        }
        catch (CelEvaluationException e)
        {
            error = e;
            return null;
        }

        if (result.Kind == CelKind.Bool)
        {
            return result.BoolValue;
        }

        error = result.IsError
            ? Failure(result.ErrorValue)
            : new CelEvaluationException("no_such_overload", $"a condition must be bool, this is {result.Type.Name}", _source, 0);
        return null;
    }

    private CelValue EvaluateOrError(CelActivation activation, long costLimit)
    {
        if (!ReferenceEquals(activation.Environment, Environment))
        {
            throw new ArgumentException("The activation belongs to another environment; make it from the one that compiled this.", nameof(activation));
        }

        return _localCount switch
        {
            0 => Run(activation, [], costLimit),
            <= LocalSlots.Length => RunOnStack(activation, costLimit),
            _ => Run(activation, new CelValue[_localCount], costLimit),
        };
    }

    // Apart, so that programs without locals do not clear the slots.
    private CelValue RunOnStack(CelActivation activation, long costLimit)
    {
        LocalSlots locals = default;
        return Run(activation, locals, costLimit);
    }

    private CelValue Run(CelActivation activation, Span<CelValue> locals, long costLimit)
    {
        var state = new EvalState(activation.Values, locals, costLimit == 0 ? DefaultCostLimit : costLimit);
        return _root.Eval(ref state);
    }

    private CelEvaluationException Failure(CelError error) => new(error.Code, error.Reason, _source, error.Offset);
}
