using Approvals.Policy.Cel.Evaluation;

namespace Approvals.Policy.Cel.Functions;

/// <summary>
/// The body of a function. Arguments are of the kinds of the signature, so the unchecked accessors of <see cref="CelValue"/> are right.
/// Charges for work that grows with its arguments; gives errors as values.
/// </summary>
internal delegate CelValue FunctionBody(ReadOnlySpan<CelValue> args, ref CostMeter meter);

/// <summary>
/// One signature of a function, written as in the language definition: <c>string.contains(string) -> bool</c>. Single capital letters are type
/// variables; a trailing <c>...</c> repeats the last parameter.
/// </summary>
internal sealed class Overload
{
    private static readonly (string Name, Func<CelType[], CelType> Make, int Arity)[] TypeNames =
    [
        ("dyn", _ => CelType.Dyn, 0),
        ("null_type", _ => CelType.Null, 0),
        ("bool", _ => CelType.Bool, 0),
        ("int", _ => CelType.Int, 0),
        ("uint", _ => CelType.Uint, 0),
        ("double", _ => CelType.Double, 0),
        ("string", _ => CelType.String, 0),
        ("bytes", _ => CelType.Bytes, 0),
        ("timestamp", _ => CelType.Timestamp, 0),
        ("duration", _ => CelType.Duration, 0),
        ("type", _ => CelType.Type, 0),
        ("net.IP", _ => CelType.Ip, 0),
        ("net.CIDR", _ => CelType.Cidr, 0),
        ("list", p => CelType.List(p[0]), 1),
        ("map", p => CelType.Map(p[0], p[1]), 2),
        ("optional_type", p => CelType.Optional(p[0]), 1),
    ];

    private readonly FunctionBody _body;

    internal Overload(string signature, FunctionBody body)
    {
        _body = body;
        Signature = signature;
        var text = signature.AsSpan();
        var parameters = new List<CelType>();
        if (TryReadType(ref text, out var receiver) && text.StartsWith("."))
        {
            IsMember = true;
            parameters.Add(receiver);
            text = text[1..];
        }
        else
        {
            text = signature;
        }

        var open = text.IndexOf('(');
        Name = text[..open].ToString();
        text = text[(open + 1)..];
        while (text[0] != ')')
        {
            parameters.Add(ReadType(ref text));
            if (text.StartsWith("..."))
            {
                IsVariadic = true;
                text = text[3..];
            }

            text = text.StartsWith(", ") ? text[2..] : text;
        }

        text = text[") -> ".Length..];
        Result = ReadType(ref text);
        Parameters = [.. parameters];
    }

    internal string Signature { get; }

    internal string Name { get; }

    internal bool IsMember { get; }

    internal bool IsVariadic { get; }

    internal CelType[] Parameters { get; }

    internal CelType Result { get; }

    internal bool HasArity(int count) => IsVariadic ? count >= Parameters.Length : count == Parameters.Length;

    internal CelType Parameter(int index) => Parameters[Math.Min(index, Parameters.Length - 1)];

    /// <summary>Whether the values are of the kinds of the parameters; element types are not looked at.</summary>
    internal bool Accepts(ReadOnlySpan<CelValue> args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            // INVARIANT: CelTypeKind and CelKind number their common members alike.
            var kind = Parameter(i).Kind;
            if ((byte)kind != (byte)args[i].Kind && kind is not (CelTypeKind.Dyn or CelTypeKind.Variable))
            {
                return false;
            }
        }

        return true;
    }

    internal CelValue Invoke(ReadOnlySpan<CelValue> args, ref CostMeter meter) => _body(args, ref meter);

    private static CelType ReadType(ref ReadOnlySpan<char> text) =>
        TryReadType(ref text, out var type) ? type : throw new FormatException($"Not a type: {text}");

    private static bool TryReadType(ref ReadOnlySpan<char> text, out CelType type)
    {
        if (char.IsAsciiLetterUpper(text[0]))
        {
            type = CelType.Variable(text[..1].ToString());
            text = text[1..];
            return true;
        }

        foreach (var (name, make, arity) in TypeNames)
        {
            if (!text.StartsWith(name) || (text.Length > name.Length && (char.IsAsciiLetterOrDigit(text[name.Length]) || text[name.Length] == '_')))
            {
                continue;
            }

            text = text[name.Length..];
            var parameters = new CelType[arity];
            for (var i = 0; i < arity; i++)
            {
                text = text[(i == 0 ? 1 : 2)..];
                parameters[i] = ReadType(ref text);
            }

            text = arity > 0 ? text[1..] : text;
            type = make(parameters);
            return true;
        }

        type = CelType.Dyn;
        return false;
    }
}
