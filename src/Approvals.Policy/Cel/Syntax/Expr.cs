namespace Approvals.Policy.Cel.Syntax;

/// <summary>
/// The syntax tree, as written: macros are still calls. <see cref="Offset"/> is where the caret goes in an error message.
/// </summary>
internal abstract class Expr
{
    private Expr(int offset, params ReadOnlySpan<Expr?> children)
    {
        Offset = offset;
        foreach (var child in children)
        {
            Depth = Math.Max(Depth, child?.Depth ?? 0);
        }

        Depth++;
    }

    internal int Offset { get; }

    /// <summary>Longest path to a leaf, this node included. Bounds the recursion of everything that walks the tree.</summary>
    internal int Depth { get; }

    internal sealed class Literal(CelValue value, int offset) : Expr(offset)
    {
        internal CelValue Value { get; } = value;
    }

    /// <summary>A name; <see cref="IsAbsolute"/> when written with a leading dot, which skips locals and the container.</summary>
    internal sealed class Ident(string name, bool isAbsolute, int offset) : Expr(offset)
    {
        internal string Name { get; } = name;

        internal bool IsAbsolute { get; } = isAbsolute;
    }

    /// <summary><c>operand.field</c> or <c>operand.?field</c>.</summary>
    internal sealed class Select(Expr operand, string field, bool isOptional, int offset) : Expr(offset, operand)
    {
        internal Expr Operand { get; } = operand;

        internal string Field { get; } = field;

        internal bool IsOptional { get; } = isOptional;
    }

    /// <summary><c>operand[key]</c> or <c>operand[?key]</c>.</summary>
    internal sealed class Index(Expr operand, Expr key, bool isOptional, int offset) : Expr(offset, operand, key)
    {
        internal Expr Operand { get; } = operand;

        internal Expr Key { get; } = key;

        internal bool IsOptional { get; } = isOptional;
    }

    /// <summary>A call by name, with a target where it is written as a method.</summary>
    internal sealed class Call(Expr? target, string function, bool isAbsolute, Expr[] args, int offset) : Expr(offset, [target, .. args])
    {
        internal Expr? Target { get; } = target;

        internal string Function { get; } = function;

        internal bool IsAbsolute { get; } = isAbsolute;

        internal Expr[] Args { get; } = args;
    }

    internal sealed class Unary(TokenKind op, Expr operand, int offset) : Expr(offset, operand)
    {
        internal TokenKind Op { get; } = op;

        internal Expr Operand { get; } = operand;
    }

    internal sealed class Binary(TokenKind op, Expr left, Expr right, int offset) : Expr(offset, left, right)
    {
        internal TokenKind Op { get; } = op;

        internal Expr Left { get; } = left;

        internal Expr Right { get; } = right;
    }

    /// <summary><c>a &amp;&amp; b &amp;&amp; c</c> or <c>a || b || c</c>: one flat node, so that long chains need no deep stack.</summary>
    internal sealed class Logical(TokenKind op, Expr[] terms, int offset) : Expr(offset, terms)
    {
        internal TokenKind Op { get; } = op;

        internal Expr[] Terms { get; } = terms;
    }

    internal sealed class Conditional(Expr condition, Expr then, Expr otherwise, int offset) : Expr(offset, condition, then, otherwise)
    {
        internal Expr Condition { get; } = condition;

        internal Expr Then { get; } = then;

        internal Expr Otherwise { get; } = otherwise;
    }

    internal sealed class ListLiteral((Expr Value, bool IsOptional)[] elements, int offset)
        : Expr(offset, [.. elements.Select(e => e.Value)])
    {
        internal (Expr Value, bool IsOptional)[] Elements { get; } = elements;
    }

    internal sealed class MapLiteral((Expr Key, Expr Value, bool IsOptional)[] entries, int offset)
        : Expr(offset, [.. entries.Select(e => e.Key), .. entries.Select(e => e.Value)])
    {
        internal (Expr Key, Expr Value, bool IsOptional)[] Entries { get; } = entries;
    }
}
