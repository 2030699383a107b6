using System.Text.Json;
using Approvals.Redaction;
using Approvals.Web.Pages.Parts;
using Approvals.Workflow.Actions;

namespace Approvals.Web.Reviews;

/// <summary>A stretch of one section of a view.</summary>
/// <param name="Name"><c>target</c>, <c>parameters</c> or <c>context</c>.</param>
/// <param name="IsContinued">Whether it goes on from the part before.</param>
public sealed record ViewStretch(string Name, IReadOnlyList<JsonLine> Lines, bool IsContinued);

/// <summary>
/// A view laid out for reading, in parts that are short enough for one look. Every line of the view is in exactly one part, unless it is
/// longer than people read at all.
/// </summary>
internal sealed class ViewLayout
{
    /// <summary>Up to here a view is one part.</summary>
    public const int ShortLines = 800;
    private const int ShortCharacters = 80_000;

    private const int PartLines = 400;
    private const int PartCharacters = 40_000;

    /// <summary>Nobody reads more than this for one decision: such a view can be denied only.</summary>
    public const int MaxLines = 40_000;

    private static readonly string[] Sections = ["target", "parameters", "context"];

    private ViewLayout(IReadOnlyList<IReadOnlyList<ViewStretch>> parts, int lines, int oddities, bool isTooLong) =>
        (Parts, Lines, Oddities, IsTooLong) = (parts, lines, oddities, isTooLong);

    /// <summary>At least one.</summary>
    public IReadOnlyList<IReadOnlyList<ViewStretch>> Parts { get; }

    public int Lines { get; }

    /// <summary>Characters that hide, and letters that look like others.</summary>
    public int Oddities { get; }

    /// <summary>Whether the view goes on beyond the last part. INVARIANT: it cannot be approved then.</summary>
    public bool IsTooLong { get; }

    public static ViewLayout Of(RedactedView view)
    {
        var sections = new List<(string Name, List<JsonLine> Lines)>();
        int left = MaxLines;
        bool isTooLong = false;
        foreach (string name in Sections)
        {
            if (!view.Content.TryGetProperty(name, out JsonElement json) || json.ValueKind == JsonValueKind.Null) continue;
            List<JsonLine> lines = JsonLines.Of(json, "/" + name, view.Findings, left, out bool isCut);
            isTooLong |= isCut;
            left -= lines.Count;
            sections.Add((name, lines));
        }

        int total = sections.Sum(section => section.Lines.Count);
        int oddities = sections.Sum(section => section.Lines.Sum(Oddities)) + OdditiesOfJustification(view);
        bool isShort = total <= ShortLines && sections.Sum(section => section.Lines.Sum(line => line.Length)) <= ShortCharacters;
        return new ViewLayout(isShort ? [Whole(sections)] : [.. Divide(sections)], total, oddities, isTooLong);

        static int Oddities(JsonLine line) => line.Runs.Count(run => run.Css == "odd");
    }

    /// <summary>The requester's reason, as one text.</summary>
    public static JsonLine? JustificationOf(RedactedView view)
    {
        if (!view.Content.TryGetProperty("justification", out JsonElement json) || json.ValueKind != JsonValueKind.String) return null;
        var line = new JsonLine(0, true, []);
        JsonLines.AddText(line, json.GetString()!, "plain", view.Findings.Where(finding => finding.Pointer == "/justification"));
        return line.Runs.Count > 0 ? line : null;
    }

    private static int OdditiesOfJustification(RedactedView view) => JustificationOf(view)?.Runs.Count(run => run.Css == "odd") ?? 0;

    private static List<ViewStretch> Whole(List<(string Name, List<JsonLine> Lines)> sections) =>
        [.. sections.Select(section => new ViewStretch(section.Name, section.Lines, false))];

    private static IEnumerable<IReadOnlyList<ViewStretch>> Divide(List<(string Name, List<JsonLine> Lines)> sections)
    {
        var part = new List<ViewStretch>();
        int lines = 0;
        int characters = 0;
        foreach ((string name, List<JsonLine> all) in sections)
        {
            int from = 0;
            for (int at = 0; at < all.Count; at++)
            {
                if (lines > 0 && (lines == PartLines || characters + all[at].Length > PartCharacters))
                {
                    if (at > from) part.Add(new ViewStretch(name, all[from..at], from > 0));
                    yield return part;
                    (part, lines, characters, from) = ([], 0, 0, at);
                }

                lines++;
                characters += all[at].Length;
            }

            part.Add(new ViewStretch(name, all[from..], from > 0));
        }

        yield return part;
    }
}
