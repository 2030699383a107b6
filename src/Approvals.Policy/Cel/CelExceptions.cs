using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Cel;

/// <summary>
/// An expression that cannot be compiled. <see cref="Exception.Message"/> is for people: position, cause and remedy, then the source line
/// with a caret under the place.
/// </summary>
public abstract class CelCompileException : Exception
{
    private protected CelCompileException(string code, string reason, SourceText source, int offset)
        : base(source.Describe(offset, reason))
    {
        Code = code;
        Reason = reason;
        (Line, Column) = source.Position(offset);
    }

    /// <summary>A stable code in snake case, such as <c>undeclared_reference</c>.</summary>
    public string Code { get; }

    /// <summary>The cause alone, without position and source line.</summary>
    public string Reason { get; }

    /// <summary>Line in the source, from 1.</summary>
    public int Line { get; }

    /// <summary>Column in that line, from 1, counted in Unicode code points.</summary>
    public int Column { get; }
}

/// <summary>
/// The text is not a CEL expression, or passes a limit of the parser. Codes: <c>syntax</c>, <c>invalid_literal</c>, <c>unsupported</c>
/// (protobuf messages), <c>source_too_long</c>, <c>too_deep</c>, <c>too_many_nodes</c>.
/// </summary>
public sealed class CelSyntaxException : CelCompileException
{
    internal CelSyntaxException(string code, string reason, SourceText source, int offset)
        : base(code, reason, source, offset)
    {
    }
}

/// <summary>
/// The expression is well formed and means nothing in its environment. Codes: <c>undeclared_reference</c>, <c>no_such_overload</c>,
/// <c>type_mismatch</c>, <c>invalid_macro</c>, <c>invalid_pattern</c>, <c>too_deep</c>.
/// </summary>
public sealed class CelCheckException : CelCompileException
{
    internal CelCheckException(string code, string reason, SourceText source, int offset)
        : base(code, reason, source, offset)
    {
    }
}

/// <summary>
/// An evaluation that ended in an error. The message names the place and the kind of error and never a value of the data:
/// it may be logged and shown.
/// </summary>
/// <remarks>
/// Codes: <c>no_such_key</c>, <c>no_such_field</c>, <c>no_such_overload</c>, <c>undeclared_reference</c>, <c>unbound_variable</c>, <c>overflow</c>,
/// <c>divide_by_zero</c>, <c>index_out_of_range</c>, <c>invalid_argument</c>, <c>duplicate_key</c>, <c>optional_none</c>,
/// <c>cost_exceeded</c>, <c>too_deep</c>.
/// </remarks>
public sealed class CelEvaluationException : Exception
{
    internal CelEvaluationException(string code, string reason, SourceText? source, int offset)
        : base(source is null || offset < 0 ? reason : source.Describe(offset, reason))
    {
        Code = code;
        Reason = reason;
        (Line, Column) = source is null || offset < 0 ? (0, 0) : source.Position(offset);
    }

    /// <summary>A stable code in snake case.</summary>
    public string Code { get; }

    /// <summary>The cause alone, without position and source line.</summary>
    public string Reason { get; }

    /// <summary>Line in the source, from 1; 0 where the error has no place.</summary>
    public int Line { get; }

    /// <summary>Column in that line, from 1, in Unicode code points; 0 where the error has no place.</summary>
    public int Column { get; }
}

/// <summary>An error while it is still a value, on its way through operators that may absorb it.</summary>
internal sealed record CelError(string Code, string Reason, int Offset = -1)
{
    internal static readonly CelError NoSuchOverload = new("no_such_overload", "no such overload for these types");
    internal static readonly CelError Overflow = new("overflow", "the result is out of range");
    internal static readonly CelError DivideByZero = new("divide_by_zero", "division by zero");
    internal static readonly CelError ModulusByZero = new("divide_by_zero", "modulus by zero");
    internal static readonly CelError NoSuchKey = new("no_such_key", "no such key");
    internal static readonly CelError UnsupportedKey = new("invalid_argument", "a map key must be bool, int, uint or string");
    internal static readonly CelError DuplicateKey = new("duplicate_key", "a map key is repeated");
    internal static readonly CelError IndexOutOfRange = new("index_out_of_range", "index out of range");
    internal static readonly CelError OptionalNone = new("optional_none", "optional.none() has no value");

    internal static CelError Invalid(string reason) => new("invalid_argument", reason);
}
