using System.Buffers;
using System.Text;
using System.Text.Json;
using Approvals.Redaction.Mask;
using Approvals.Redaction.Scan;
using Approvals.Redaction.Text;

namespace Approvals.Redaction.Json;

/// <summary>
/// Reads a document once and copies it to the output, replacing only what was found. INVARIANT: the output parses to the same shape: same
/// members, same order, same nesting.
/// </summary>
internal sealed class JsonRedactor(Detector detector, RedactionOptions options, Workspace workspace)
{
    private const int MaximumDepth = 64;

    private Masker _masker = new(options);
    private List<Finding> _findings = [];
    private readonly List<(byte[] Value, int Rule)> _found = [];
    private ArrayBufferWriter<byte>? _output;
    private int _copied;
    private ReadOnlyMemory<byte> _document;

    public JsonRedaction Redact(ReadOnlyMemory<byte> document)
    {
        workspace.Known.Clear();
        var first = Pass(document);
        workspace.Known.AddRange(_found);
        if (!SurvivesSomewhere(first.Json)) return first;
        // A value found by its key in one place stands bare in another: read again, knowing it.
        _output = null;
        _copied = 0;
        _findings = [];
        _masker = new Masker(options);
        var second = Pass(document);
        workspace.Known.Clear();
        return second;
    }

    private bool SurvivesSomewhere(ReadOnlySpan<byte> output)
    {
        foreach (var (value, _) in workspace.Known)
            if (output.IndexOf(value) >= 0) return true;
        workspace.Known.Clear();
        return false;
    }

    private JsonRedaction Pass(ReadOnlyMemory<byte> document)
    {
        _document = document;
        var bytes = document.Span;
        workspace.Path.Clear();
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaximumDepth });
        try
        {
            while (reader.Read()) Token(ref reader, bytes);
        }
        catch (JsonException error)
        {
            throw bytes.IndexOfAnyExcept(" \t\r\n"u8) < 0 ? new RedactionException("invalid_json", "The document is empty.") : Invalid(error, workspace.Path.Depth);
        }
        catch (InvalidOperationException error)
        {
            throw new RedactionException("invalid_json", $"The document holds a string that is no valid UTF-8 or UTF-16 near byte {reader.TokenStartIndex}.", error);
        }
        if (_output is null) return new JsonRedaction(document.ToArray(), []);
        _output.Write(bytes[_copied..]);
        return new JsonRedaction(_output.WrittenSpan.ToArray(), _findings);
    }

    private static RedactionException Invalid(JsonException error, int depth)
    {
        // The reader's own message may quote the document; the place is enough.
        var deep = depth >= MaximumDepth;
        var place = $"line {error.LineNumber + 1}, byte {error.BytePositionInLine}";
        return deep
            ? new RedactionException("json_too_deep", $"The document nests deeper than {MaximumDepth} levels at {place}.")
            : new RedactionException("invalid_json", $"The document is not valid JSON at {place}.");
    }

    private void Token(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes)
    {
        var path = workspace.Path;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                path.NextElement();
                path.Enter(reader.TokenType == JsonTokenType.StartArray);
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                path.Leave();
                break;
            case JsonTokenType.PropertyName:
                Key(ref reader, bytes);
                break;
            case JsonTokenType.String or JsonTokenType.Number:
                path.NextElement();
                Value(ref reader, bytes);
                break;
            default:
                path.NextElement();
                break;
        }
    }

    private void Key(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes)
    {
        var start = (int)reader.TokenStartIndex + 1;
        var range = start..(start + reader.ValueSpan.Length);
        workspace.Path.SetKey(range);
        var text = Unescaped(ref reader);
        // Short keys hold no secret that anything here would recognize.
        if (text.Length < 6) return;
        var hits = detector.FindValue(workspace, text, default, default);
        if (hits.Length == 0) return;
        var replaced = Replace(text, hits, record: false);
        workspace.Path.SetKey(range, replaced);
        _ = Replace(text, hits, record: true);
        Emit(bytes, start, range.End.Value, replaced, quote: false);
    }

    private void Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes)
    {
        var number = reader.TokenType == JsonTokenType.Number;
        var text = number ? reader.ValueSpan : Unescaped(ref reader);
        var path = workspace.Path;
        var key = path.Key(bytes);
        if (text.Length < (number ? workspace.Names.Personal(key) is Rules.BuiltIn.Age or Rules.BuiltIn.Date or Rules.BuiltIn.Address ? 1 : 7 : 2)) return;
        var parent = path.Key(bytes, 1);
        var label = Label(path, bytes, key, text, (int)reader.TokenStartIndex + 1);
        var hits = label.Length > 0 ? detector.FindValue(workspace, text, label, key) : detector.FindValue(workspace, text, key, parent);
        if (hits.Length == 0) return;
        var replaced = Replace(text, hits, record: true);
        var start = (int)reader.TokenStartIndex + (number ? 0 : 1);
        Emit(bytes, start, start + reader.ValueSpan.Length, replaced, quote: number);
    }

    /// <summary>The name a value has from its neighbour, if any; notes the value when it may name the next one.</summary>
    private static ReadOnlySpan<byte> Label(JsonPath path, ReadOnlySpan<byte> document, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int start)
    {
        if (path.Depth == 0) return default;
        if (path.InArray)
        {
            var before = document[path.Label];
            path.Label = value.Length is > 1 and < 64 && value[0] == '-' ? start..(start + value.Length) : default;
            return before.TrimStart((byte)'-');
        }
        if (key.Length is 3 or 4 && (key.SequenceEqual("name"u8) || key.SequenceEqual("Name"u8) || key.SequenceEqual("key"u8) || key.SequenceEqual("Key"u8)) && value.Length is > 1 and < 64)
        {
            path.Label = start..(start + value.Length);
            return default;
        }
        return key.Length == 5 && (key.SequenceEqual("value"u8) || key.SequenceEqual("Value"u8)) ? document[path.Label] : default;
    }

    private ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        var buffer = workspace.Buffer(reader.ValueSpan.Length);
        return buffer.AsSpan(0, reader.CopyString(buffer));
    }

    /// <summary>The value with its hits replaced; findings are recorded against the current pointer.</summary>
    private byte[] Replace(ReadOnlySpan<byte> text, ReadOnlySpan<Hit> hits, bool record)
    {
        var result = new ArrayBufferWriter<byte>(text.Length + 32);
        var offsets = new Utf16Offsets(text);
        var pointer = record ? workspace.Path.Pointer(_document.Span) : "";
        var copied = 0;
        foreach (var hit in hits)
        {
            var rule = detector.Rules[hit.Rule];
            result.Write(text[copied..hit.Start]);
            result.Write(Encoding.UTF8.GetBytes(_masker.Replacement(rule.Type, text[hit.Start..hit.End])));
            copied = hit.End;
            if (!record) continue;
            var value = text[hit.Start..hit.End];
            if (_found.Count < 64 && detector.IsKept(hit.Rule, value)) _found.Add((value.ToArray(), hit.Rule));
            var operatorName = Masker.NameOf(_masker.OperatorFor(rule.Type));
            _findings.Add(new Finding(rule.Type, rule.Id, pointer, offsets.At(hit.Start), offsets.At(hit.End), Math.Round(hit.Confidence, 2), operatorName));
        }
        result.Write(text[copied..]);
        return result.WrittenSpan.ToArray();
    }

    private void Emit(ReadOnlySpan<byte> bytes, int start, int end, ReadOnlySpan<byte> replacement, bool quote)
    {
        _output ??= new ArrayBufferWriter<byte>(bytes.Length + 256);
        _output.Write(bytes[_copied..start]);
        if (quote) _output.Write("\""u8);
        JsonText.WriteEscaped(_output, replacement);
        if (quote) _output.Write("\""u8);
        _copied = end;
    }
}
