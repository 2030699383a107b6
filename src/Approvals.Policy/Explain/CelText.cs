using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Approvals.Policy.Cel;

namespace Approvals.Policy.Explain;

/// <summary>Writes values the way CEL writes literals, cut to a length that people read.</summary>
internal static class CelText
{
    private const int Longest = 120;
    private const int Deepest = 6;

    private static readonly JsonSerializerOptions s_quoted = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(CelValue value)
    {
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.Length <= Longest ? text.ToString() : string.Concat(text.ToString().AsSpan(0, char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest), "…");
    }

    private static void Write(StringBuilder text, CelValue value, int depth)
    {
        if (text.Length > Longest || depth > Deepest)
        {
            text.Append('…');
            return;
        }
        switch (value.Kind)
        {
            case CelKind.Null:
                text.Append("null");
                break;
            case CelKind.Bool:
                text.Append(value.AsBool() ? "true" : "false");
                break;
            case CelKind.Int:
                text.Append(value.AsInt());
                break;
            case CelKind.Uint:
                text.Append(value.AsUint()).Append('u');
                break;
            case CelKind.Double:
                text.Append(value.AsDouble().ToString(CultureInfo.InvariantCulture));
                break;
            case CelKind.String:
                // Cut first: somebody else's megabyte is not quoted to show a line of it.
                var content = value.AsString();
                text.Append(JsonSerializer.Serialize(content.Length <= Longest ? content : content[..Longest], s_quoted));
                break;
            case CelKind.List:
                Items(text, "[", value.AsList().Length, "]", i => Write(text, value.AsList().Span[i], depth + 1));
                break;
            case CelKind.Map:
                Items(text, "{", value.AsMap().Count, "}", i =>
                {
                    Write(text, value.AsMap().Keys[i], depth + 1);
                    text.Append(": ");
                    Write(text, value.AsMap().Values[i], depth + 1);
                });
                break;
            case CelKind.Timestamp:
                text.Append(value.AsTimestamp().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
                break;
            case CelKind.Duration:
                text.Append(value.AsDuration().TotalSeconds.ToString(CultureInfo.InvariantCulture)).Append('s');
                break;
            case CelKind.Optional:
                if (value.TryGetOptional(out var held))
                    Write(text, held, depth + 1);
                else
                    text.Append("nothing");
                break;
            default:
                text.Append(value.Type);
                break;
        }
    }

    private static void Items(StringBuilder text, string open, int count, string close, Action<int> write)
    {
        text.Append(open);
        for (var i = 0; i < count && text.Length <= Longest; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            write(i);
        }
        text.Append(close);
    }
}
