using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Mask;

/// <summary>
/// Writes what stands in a value's place. One instance per call: it holds the pseudonyms, so that the same value has the same name
/// anywhere in one document.
/// </summary>
internal sealed class Masker(RedactionOptions options)
{
    /// <summary>The names of the values of each type.</summary>
    private readonly Dictionary<string, Dictionary<string, string>> _names = new(StringComparer.Ordinal);

    public MaskOperator OperatorFor(string type) => options.Operators.TryGetValue(type, out var op) ? op : options.DefaultOperator;

    public static string NameOf(MaskOperator op) => op switch
    {
        MaskOperator.Pseudonym => "pseudonym",
        MaskOperator.Mask => "mask",
        MaskOperator.Remove => "remove",
        MaskOperator.KeepLastFour => "last4",
        MaskOperator.Hash => "hash",
        _ => "keep",
    };

    /// <summary>Length of the shortest mask of a type.</summary>
    public static int ShortestMask(MaskOperator op, string type) => op switch
    {
        MaskOperator.Remove => 0,
        MaskOperator.Hash => type.Length + 19,
        MaskOperator.Pseudonym => type.Length + 4,
        // What is kept moves nothing.
        MaskOperator.Keep => int.MaxValue,
        _ => type.Length + 2,
    };

    public string Replacement(string type, ReadOnlySpan<byte> value)
    {
        switch (OperatorFor(type))
        {
            case MaskOperator.Remove: return "";
            case MaskOperator.Mask: return $"[{type}]";
            case MaskOperator.KeepLastFour: return LastFour(type, value);
            case MaskOperator.Hash:
                Span<byte> mac = stackalloc byte[32];
                HMACSHA256.HashData(options.HashKey.Span, value, mac);
                return $"[{type}#{Convert.ToHexStringLower(mac[..8])}]";
            case MaskOperator.Keep: return Encoding.UTF8.GetString(value);
            default: return Pseudonym(type, value);
        }
    }

    private string Pseudonym(string type, ReadOnlySpan<byte> value)
    {
        var names = _names.GetValueOrDefault(type) ?? (_names[type] = new Dictionary<string, string>(StringComparer.Ordinal));
        Span<char> buffer = stackalloc char[256];
        ReadOnlySpan<char> key = value.Length <= buffer.Length ? buffer[..Encoding.UTF8.GetChars(value, buffer)] : Encoding.UTF8.GetString(value).AsSpan();
        var known = names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(key, out var name)) return name;
        return known[key] = string.Create(CultureInfo.InvariantCulture, $"[{type}_{names.Count + 1}]");
    }

    private static string LastFour(string type, ReadOnlySpan<byte> value)
    {
        Span<char> last = stackalloc char[4];
        var found = 0;
        var total = 0;
        for (var i = value.Length - 1; i >= 0; i--)
        {
            if (!ByteClass.IsAlphanumeric(value[i])) continue;
            total++;
            if (found < 4) last[3 - found++] = (char)value[i];
        }
        // Four of fewer than twelve would give too much of the value away.
        return total >= 12 ? $"[{type}:{last}]" : $"[{type}]";
    }
}
