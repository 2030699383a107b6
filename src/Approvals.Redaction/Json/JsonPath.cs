using System.Globalization;
using System.Text;

namespace Approvals.Redaction.Json;

/// <summary>Where a reader stands in a document: the keys and indexes from the root down.</summary>
internal sealed class JsonPath
{
    private readonly Frame[] _frames = new Frame[66];
    private int _depth;

    private struct Frame
    {
        public bool IsArray;
        public int Index;
        public byte[]? MaskedKey;
        public Range Key;
        public Range Label;
    }

    public void Clear() => _depth = 0;

    public bool InArray => _depth > 0 && _frames[_depth - 1].IsArray;

    public int Depth => _depth;

    public void Enter(bool array) => _frames[_depth++] = new Frame { IsArray = array, Index = -1 };

    public void Leave() => _depth--;

    public void NextElement()
    {
        if (InArray) _frames[_depth - 1].Index++;
    }

    public int ElementIndex => _frames[_depth - 1].Index;

    /// <summary>Sets the key of the current object: a range of the document, or masked bytes where the key held a secret.</summary>
    public void SetKey(Range key, byte[]? masked = null)
    {
        _frames[_depth - 1].Key = key;
        _frames[_depth - 1].MaskedKey = masked;
    }

    /// <summary>The nearest key above the current value, skipping arrays; <paramref name="up"/> 1 for the one above that.</summary>
    public ReadOnlySpan<byte> Key(ReadOnlySpan<byte> document, int up = 0)
    {
        for (var i = _depth - 1; i >= 0; i--)
        {
            if (_frames[i].IsArray) continue;
            if (up-- == 0) return _frames[i].MaskedKey ?? document[_frames[i].Key];
        }
        return default;
    }

    /// <summary>
    /// What else names the value besides its key: the sibling "name" of a "value" (environment lists of Kubernetes), the flag before an argument
    /// (<c>["--password", "x"]</c>). Remembered per object or array.
    /// </summary>
    public Range Label
    {
        get => _depth > 0 ? _frames[_depth - 1].Label : default;
        set => _frames[_depth - 1].Label = value;
    }

    /// <summary>RFC 6901 pointer to the current value.</summary>
    public string Pointer(ReadOnlySpan<byte> document)
    {
        var pointer = new StringBuilder();
        for (var i = 0; i < _depth; i++)
        {
            pointer.Append('/');
            if (_frames[i].IsArray) pointer.Append(_frames[i].Index.ToString(CultureInfo.InvariantCulture));
            else if (_frames[i].MaskedKey is { } masked) pointer.Append(Encoding.UTF8.GetString(masked));
            else pointer.Append(JsonText.Unescape(document[_frames[i].Key]).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        }
        return pointer.ToString();
    }
}
