using System.Globalization;
using System.Text;
using Approvals.Policy.Cel.Functions;

namespace Approvals.Policy.Cel.Syntax;

/// <summary>Writes a syntax tree as source that parses to an equal tree, with as few parentheses as that takes.</summary>
internal static class ExprPrinter
{
    private const int Conditional = 0, Or = 1, And = 2, Relation = 3, Sum = 4, Product = 5, Prefix = 6, Postfix = 7;

    internal static string Print(Expr expr)
    {
        var text = new StringBuilder();
        Print(text, expr, Conditional);
        return text.ToString();
    }

    private static int Level(Expr expr) => expr switch
    {
        Expr.Conditional => Conditional,
        Expr.Logical logical => logical.Op == TokenKind.Or ? Or : And,
        Expr.Binary { Op: TokenKind.Plus or TokenKind.Minus } => Sum,
        Expr.Binary { Op: TokenKind.Star or TokenKind.Slash or TokenKind.Percent } => Product,
        Expr.Binary => Relation,
        Expr.Unary => Prefix,

        // -1.f() reads as (-1).f(), but -(1) must not become a literal: see Unary below.
        _ => Postfix,
    };

    private static void Print(StringBuilder text, Expr expr, int minimum)
    {
        var level = Level(expr);
        if (level < minimum)
        {
            text.Append('(');
            Print(text, expr, Conditional);
            text.Append(')');
            return;
        }

        switch (expr)
        {
            case Expr.Literal literal:
                Literal(text, literal.Value);
                break;
            case Expr.Ident ident:
                text.Append(ident.IsAbsolute ? "." : "").Append(ident.Name);
                break;
            case Expr.Select select:
                Print(text, select.Operand, Postfix);
                text.Append(select.IsOptional ? ".?" : ".").Append(Field(select.Field));
                break;
            case Expr.Index index:
                Print(text, index.Operand, Postfix);
                text.Append(index.IsOptional ? "[?" : "[");
                Print(text, index.Key, Conditional);
                text.Append(']');
                break;
            case Expr.Call call:
                if (call.Target is not null)
                {
                    Print(text, call.Target, Postfix);
                    text.Append('.');
                }

                text.Append(call.IsAbsolute ? "." : "").Append(call.Function);
                Items(text, "(", call.Args, ")", a => Print(text, a, Conditional));
                break;
            case Expr.Unary unary:
                Unary(text, unary);
                break;
            case Expr.Binary binary:
                Print(text, binary.Left, level);
                text.Append(' ').Append(TokenText.Of(binary.Op)).Append(' ');
                Print(text, binary.Right, level + 1);
                break;
            case Expr.Logical logical:
                for (var i = 0; i < logical.Terms.Length; i++)
                {
                    text.Append(i > 0 ? $" {TokenText.Of(logical.Op)} " : "");
                    Print(text, logical.Terms[i], level + 1);
                }

                break;
            case Expr.Conditional conditional:
                Print(text, conditional.Condition, Or);
                text.Append(" ? ");
                Print(text, conditional.Then, Or);
                text.Append(" : ");
                Print(text, conditional.Otherwise, Conditional);
                break;
            case Expr.ListLiteral list:
                Items(text, "[", list.Elements, "]", element =>
                {
                    text.Append(element.IsOptional ? "?" : "");
                    Print(text, element.Value, Conditional);
                });
                break;
            case Expr.MapLiteral map:
                Items(text, "{", map.Entries, "}", entry =>
                {
                    text.Append(entry.IsOptional ? "?" : "");
                    Print(text, entry.Key, Conditional);
                    text.Append(": ");
                    Print(text, entry.Value, Conditional);
                });
                break;
            default:
                throw new InvalidOperationException($"No such expression: {expr.GetType().Name}");
        }
    }

    private static void Items<T>(StringBuilder text, string open, T[] items, string close, Action<T> print)
    {
        text.Append(open);
        for (var i = 0; i < items.Length; i++)
        {
            text.Append(i > 0 ? ", " : "");
            print(items[i]);
        }

        text.Append(close);
    }

    // Operators of one kind stand side by side; the other kind, and a number after a minus, need parentheses.
    private static void Unary(StringBuilder text, Expr.Unary unary)
    {
        text.Append(TokenText.Of(unary.Op));
        var isOwn = unary.Operand is Expr.Unary inner && inner.Op == unary.Op;
        var isNumber = unary.Op == TokenKind.Minus && FirstIsNumber(unary.Operand);
        if (isOwn || (unary.Operand is not Expr.Unary && !isNumber))
        {
            Print(text, unary.Operand, Prefix);
            return;
        }

        text.Append('(');
        Print(text, unary.Operand, Conditional);
        text.Append(')');
    }

    private static bool FirstIsNumber(Expr expr) => expr switch
    {
        Expr.Literal { Value.Kind: CelKind.Int or CelKind.Double } => true,
        Expr.Select select => FirstIsNumber(select.Operand),
        Expr.Index index => FirstIsNumber(index.Operand),
        Expr.Call { Target: { } target } => FirstIsNumber(target),
        _ => false,
    };

    private static string Field(string field) =>
        field.AsSpan().IndexOfAny("./- ") < 0 && !char.IsAsciiDigit(field[0]) && field is not ("true" or "false" or "null" or "in")
            ? field
            : $"`{field}`";

    private static void Literal(StringBuilder text, in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Null:
                text.Append("null");
                break;
            case CelKind.Bool:
                text.Append(value.BoolValue ? "true" : "false");
                break;
            case CelKind.Int:
                text.Append(CultureInfo.InvariantCulture, $"{value.IntValue}");
                break;
            case CelKind.Uint:
                text.Append(CultureInfo.InvariantCulture, $"{value.UintValue}u");
                break;
            case CelKind.Double:
                Double(text, value.DoubleValue);
                break;
            case CelKind.String:
                Quoted(text, value.StringValue);
                break;
            default:
                text.Append("b\"");
                foreach (var b in value.BytesValue)
                {
                    text.Append(b is >= 0x20 and < 0x7F and not ((byte)'"' or (byte)'\\') ? ((char)b).ToString() : $"\\x{b:x2}");
                }

                text.Append('"');
                break;
        }
    }

    private static void Double(StringBuilder text, double value)
    {
        var digits = DoubleText.Shortest(value);
        text.Append(digits).Append(digits.AsSpan().IndexOfAny(".e") < 0 ? ".0" : "");
    }

    private static void Quoted(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var rune in value.EnumerateRunes())
        {
            text.Append(rune.Value switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\\' => "\\\\",
                '"' => "\\\"",
                < 0x20 or 0x7F => $"\\x{rune.Value:x2}",
                _ => rune.ToString(),
            });
        }

        text.Append('"');
    }
}
