using System.Text;
using System.Text.Json;
using Approvals.Web.Problems;

namespace Approvals.Web.Requests;

/// <summary>
/// The pass over a request's JSON that comes before anything reads it: RFC 8259 syntax, I-JSON strings and keys (RFC 7493 section 2:
/// no duplicate keys, no lone surrogates), and a limit on nesting. Linear in the size of the body.
/// </summary>
internal static class StrictJson
{
    public const int MaxDepth = 64;

    private const int MaxPointer = 200;

    /// <summary>The parsed body.</summary>
    /// <exception cref="ProblemException">400 with the pointer of what is wrong.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        Check(utf8.Span);
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        return document.RootElement.Clone();
    }

    private static void Check(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            throw new ProblemException(ProblemTypes.InvalidJson, "The body is empty; send one JSON object.");

        // One level of slack, so that exceeding the limit is reported as such and not as bad syntax.
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        var frames = new Frame[MaxDepth + 1];
        int depth = 0;
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        Frame current = frames[depth];
                        current.Name = reader.GetString()!;
                        if (!current.Names.Add(current.Name))
                            throw Refuse(ProblemTypes.DuplicateKey, "Send every key of an object once.", frames, depth);
                        break;

                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        frames[depth]?.Next();
                        if (++depth > MaxDepth)
                            throw Refuse(ProblemTypes.NestedTooDeep, $"Nest objects and arrays at most {MaxDepth} deep.", frames, depth - 1);
                        (frames[depth] ??= new Frame()).Begin(reader.TokenType == JsonTokenType.StartArray);
                        break;

                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        depth--;
                        break;

                    case JsonTokenType.String:
                        frames[depth]?.Next();
                        reader.GetString(); // throws on lone surrogates and bad UTF-8
                        break;

                    default:
                        frames[depth]?.Next();
                        break;
                }
            }
        }
        catch (JsonException syntax)
        {
            // The reader's own message quotes the input; the position does not.
            throw new ProblemException(
                ProblemTypes.InvalidJson, $"Correct the JSON at line {syntax.LineNumber + 1}, byte {syntax.BytePositionInLine + 1}; send UTF-8 without comments or trailing commas.");
        }
        catch (InvalidOperationException)
        {
            throw Refuse(ProblemTypes.InvalidJson, "A string is not valid Unicode: send valid UTF-8 and pair every surrogate escape.", frames, depth);
        }
    }

    private static ProblemException Refuse(ProblemType type, string remedy, Frame?[] frames, int depth)
    {
        var pointer = new StringBuilder();
        for (int level = 1; level <= depth && pointer.Length < MaxPointer; level++)
        {
            Frame frame = frames[level]!;
            pointer.Append('/').Append(frame.IsArray ? frame.Index.ToString() : frame.Name?.Replace("~", "~0").Replace("/", "~1"));
        }

        return new ProblemException(type, remedy) { Pointer = pointer.Length > MaxPointer ? null : pointer.ToString() };
    }

    /// <summary>One open object or array; reused by the next one of the same depth.</summary>
    private sealed class Frame
    {
        public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

        public string? Name { get; set; }

        public bool IsArray { get; private set; }

        public int Index { get; private set; }

        public void Begin(bool isArray)
        {
            Names.Clear();
            (Name, IsArray, Index) = (null, isArray, -1);
        }

        /// <summary>A value begins in this frame.</summary>
        public void Next() => Index++;
    }
}
