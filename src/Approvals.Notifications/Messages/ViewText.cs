using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Text;

namespace Approvals.Notifications.Messages;

/// <summary>One part of the redacted view as text to be shown literally.</summary>
/// <param name="Label">Ours.</param>
/// <param name="Text">Theirs, masked, with everything that hides shown by name. Line feeds are the only line breaks.</param>
public sealed record ViewPart(string Label, string Text);

/// <summary>The redacted view in plain text: all of it, since a vote names the digest of all of it.</summary>
public static class ViewText
{
    private static readonly (string Name, string Label)[] Parts =
        [("target", "Target"), ("justification", "Justification"), ("parameters", "Parameters"), ("context", "Context")];

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        MaxDepth = 128,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // messages are no HTML; what hides is shown by name below
    };

    public static IReadOnlyList<ViewPart> Of(RedactedView view) =>
    [
        .. Parts
            .Where(part => view.Content.TryGetProperty(part.Name, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
            .Select(part => new ViewPart(part.Label, Show(view.Content.GetProperty(part.Name)))),
    ];

    /// <summary>A text as one line, for headings and fields.</summary>
    public static string Line(string text, int maxLength)
    {
        string line = VisibleText.Show(text).Replace('\n', '↵').Replace('\t', ' ');
        if (line.Length <= maxLength) return line;
        int cut = char.IsHighSurrogate(line[maxLength - 2]) ? maxLength - 2 : maxLength - 1;
        return line[..cut] + "…";
    }

    /// <summary>
    /// A string as it is; anything else as indented JSON, in which a string's line breaks stay <c>\n</c>, so that text cannot pretend to be structure.
    /// </summary>
    private static string Show(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) return VisibleText.Show(value.GetString()!);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented)) value.WriteTo(writer);
        return VisibleText.Show(Encoding.UTF8.GetString(buffer.ToArray()).Replace("\r\n", "\n", StringComparison.Ordinal));
    }
}
