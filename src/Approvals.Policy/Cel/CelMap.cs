using System.Diagnostics.CodeAnalysis;

namespace Approvals.Policy.Cel;

/// <summary>
/// An immutable CEL map, in insertion order. Keys are bool, int, uint or string; numbers are one key when equal by value
/// (<c>1</c>, <c>1u</c> and, for lookup, <c>1.0</c>).
/// </summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "A map is what CEL calls it.")]
public sealed class CelMap
{
    // Below this many entries a linear scan beats hashing the key.
    private const int ScanLimit = 8;

    private readonly CelValue[] _keys;
    private readonly CelValue[] _values;

    // Open addressing, entry index + 1; null for small maps.
    private readonly int[]? _buckets;

    private CelMap(CelValue[] keys, CelValue[] values, int[]? buckets)
    {
        _keys = keys;
        _values = values;
        _buckets = buckets;
    }

    public static CelMap Empty { get; } = new([], [], null);

    public int Count => _keys.Length;

    public ReadOnlySpan<CelValue> Keys => _keys;

    public ReadOnlySpan<CelValue> Values => _values;

    internal CelValue[] KeyArray => _keys;

    internal CelValue[] ValueArray => _values;

    /// <summary>Builds a map; the arrays are kept, not copied.</summary>
    /// <exception cref="ArgumentException">A key is repeated or of a type that cannot be one.</exception>
    public static CelMap Create(CelValue[] keys, CelValue[] values) =>
        TryCreate(keys, values, out var error) ?? throw new ArgumentException(error!.Reason, nameof(keys));

    /// <summary>A map with string keys, such as a JSON object.</summary>
    public static CelMap Create(IReadOnlyDictionary<string, CelValue> entries) =>
        Create([.. entries.Keys.Select(CelValue.Of)], [.. entries.Values]);

    internal static CelMap? TryCreate(CelValue[] keys, CelValue[] values, out CelError? error)
    {
        if (keys.Length != values.Length)
        {
            throw new ArgumentException("A map needs as many values as keys.", nameof(values));
        }

        error = null;
        foreach (ref readonly var key in keys.AsSpan())
        {
            if (key.Kind is not (CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Bool))
            {
                error = CelError.UnsupportedKey;
                return null;
            }
        }

        if (keys.Length <= ScanLimit)
        {
            for (var i = 1; i < keys.Length; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    if (CelEquality.KeysEqual(keys[i], keys[j]))
                    {
                        error = CelError.DuplicateKey;
                        return null;
                    }
                }
            }

            return new CelMap(keys, values, null);
        }

        var buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)keys.Length * 2)];
        for (var i = 0; i < keys.Length; i++)
        {
            var slot = CelEquality.KeyHash(keys[i]) & (buckets.Length - 1);
            while (buckets[slot] != 0)
            {
                if (CelEquality.KeysEqual(keys[buckets[slot] - 1], keys[i]))
                {
                    error = CelError.DuplicateKey;
                    return null;
                }

                slot = (slot + 1) & (buckets.Length - 1);
            }

            buckets[slot] = i + 1;
        }

        return new CelMap(keys, values, buckets);
    }

    /// <summary>The value under a string key.</summary>
    public bool TryGetValue(string key, out CelValue value)
    {
        if (_buckets is null)
        {
            var keys = _keys;
            for (var i = 0; i < keys.Length; i++)
            {
                if (keys[i].Kind == CelKind.String && string.Equals(keys[i].StringValue, key, StringComparison.Ordinal))
                {
                    value = _values[i];
                    return true;
                }
            }

            value = default;
            return false;
        }

        return TryGetValue(CelValue.Of(key), out value);
    }

    /// <summary>The value under a key; a key that no map can hold is simply not there.</summary>
    public bool TryGetValue(CelValue key, out CelValue value)
    {
        var index = IndexOf(key);
        value = index < 0 ? default : _values[index];
        return index >= 0;
    }

    private int IndexOf(in CelValue key)
    {
        if (_buckets is null)
        {
            for (var i = 0; i < _keys.Length; i++)
            {
                if (CelEquality.KeysEqual(_keys[i], key))
                {
                    return i;
                }
            }

            return -1;
        }

        var slot = CelEquality.KeyHash(key) & (_buckets.Length - 1);
        while (_buckets[slot] != 0)
        {
            if (CelEquality.KeysEqual(_keys[_buckets[slot] - 1], key))
            {
                return _buckets[slot] - 1;
            }

            slot = (slot + 1) & (_buckets.Length - 1);
        }

        return -1;
    }
}
