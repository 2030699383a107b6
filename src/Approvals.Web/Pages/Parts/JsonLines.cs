using System.Globalization;
using System.Text.Json;
using Approvals.Redaction;
using Approvals.Workflow.Text;

namespace Approvals.Web.Pages.Parts;

/// <summary>A piece of a line. <see cref="Css"/> is a class of the style sheet; <see cref="Title"/> explains a mask or an odd character.</summary>
public readonly record struct JsonRun(string Css, string Text, string? Title = null);

/// <summary>One line of pretty-printed JSON.</summary>
/// <param name="IsText">A line of a string that has several: set off, so that text cannot pretend to be structure.</param>
public sealed record JsonLine(int Depth, bool IsText, List<JsonRun> Runs)
{
    /// <summary>Characters.</summary>
    internal int Length => Runs.Sum(run => run.Text.Length);
}

/// <summary>Lays JSON out for reading: a line per member, masks and odd characters marked, strings of several lines as such.</summary>
internal sealed class JsonLines
{
    /// <summary>A line beyond this goes on in the next, so that a part of a long view is never one endless line.</summary>
    private const int MaxLength = 2_000;

    private readonly List<JsonLine> lines = [];
    private readonly ILookup<string, Finding> findings;
    private readonly int limit;

    private JsonLines(IEnumerable<Finding> findings, int limit)
    {
        this.findings = findings.ToLookup(finding => finding.Pointer, StringComparer.Ordinal);
        this.limit = limit;
    }

    /// <summary>Whether there was no room for a line; nothing more is laid out then.</summary>
    private bool isCut;

    /// <param name="pointer">JSON Pointer of the element in the view, by which findings are matched.</param>
    /// <param name="limit">No more lines than this.</param>
    /// <param name="isCut">Whether there would have been more.</param>
    public static List<JsonLine> Of(JsonElement element, string pointer, IEnumerable<Finding> findings, int limit, out bool isCut)
    {
        var layout = new JsonLines(findings, limit);
        layout.Write(element, pointer, 0, new JsonLine(0, false, []), "");
        isCut = layout.isCut;
        return layout.lines;
    }

    private void Write(JsonElement element, string pointer, int depth, JsonLine line, string comma)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when element.EnumerateObject().Any():
                Open(line, "{");
                JsonProperty[] members = [.. element.EnumerateObject()];
                for (int i = 0; i < members.Length && !isCut; i++)
                {
                    var member = new JsonLine(depth + 1, false, []);
                    string at = $"{pointer}/{members[i].Name.Replace("~", "~0").Replace("/", "~1")}";
                    member.Runs.Add(new JsonRun("j-p", "\""));
                    AddText(member, members[i].Name, "j-k", findings[at]);
                    member.Runs.Add(new JsonRun("j-p", "\": "));
                    Write(members[i].Value, at, depth + 1, member, i + 1 < members.Length ? "," : "");
                }

                Close(depth, "}" + comma);
                break;

            case JsonValueKind.Array when element.GetArrayLength() > 0:
                Open(line, "[");
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    if (isCut) break;
                    string at = $"{pointer}/{index.ToString(CultureInfo.InvariantCulture)}";
                    index++;
                    Write(item, at, depth + 1, new JsonLine(depth + 1, false, []), index < element.GetArrayLength() ? "," : "");
                }

                Close(depth, "]" + comma);
                break;

            case JsonValueKind.String:
                WriteString(element.GetString()!, pointer, depth, line, comma);
                break;

            default:
                line.Runs.Add(new JsonRun("j-n", element.GetRawText()));
                line.Runs.Add(new JsonRun("j-p", comma));
                Add(line);
                break;
        }
    }

    private void WriteString(string text, string pointer, int depth, JsonLine line, string comma)
    {
        line.Runs.Add(new JsonRun("j-p", "\""));
        string[] parts = text.Split('\n');
        for (int i = 0; i < parts.Length && !isCut; i++)
        {
            if (i > 0)
            {
                line.Runs.Add(new JsonRun("j-nl", "↵", "line break"));
                Add(line);
                line = new JsonLine(depth + 1, true, []);
            }

            AddText(line, parts[i], "j-s", findings[pointer]);
        }

        line.Runs.Add(new JsonRun("j-p", "\"" + comma));
        Add(line);
    }

    /// <summary>Text with masks and odd characters marked.</summary>
    public static void AddText(JsonLine line, string text, string css, IEnumerable<Finding> findings)
    {
        foreach ((string piece, Finding? finding) in MaskMarks.Split(text, findings))
        {
            if (finding is not null)
            {
                line.Runs.Add(new JsonRun("mask", piece, FindingWords.Describe(finding)));
                continue;
            }

            foreach (TextRun run in VisibleText.Split(piece)) line.Runs.Add(new JsonRun(run.IsOdd ? "odd" : css, run.Text, run.Why));
        }
    }

    private void Open(JsonLine line, string bracket)
    {
        line.Runs.Add(new JsonRun("j-p", bracket));
        Add(line);
    }

    private void Close(int depth, string bracket) => Add(new JsonLine(depth, false, [new JsonRun("j-p", bracket)]));

    /// <summary>Adds a line, broken where it is too long: between runs, or inside ordinary text.</summary>
    private void Add(JsonLine line)
    {
        if (line.Length <= MaxLength)
        {
            Put(line);
            return;
        }

        var current = new JsonLine(line.Depth, line.IsText, []);
        int length = 0;
        foreach (JsonRun run in line.Runs)
        {
            for (int from = 0; from < run.Text.Length && !isCut;)
            {
                if (length >= MaxLength)
                {
                    current.Runs.Add(new JsonRun("j-nl", "→", "the same line goes on below"));
                    Put(current);
                    (current, length) = (new JsonLine(line.Depth + 1, true, []), 0);
                }

                int take = Math.Min(run.Text.Length - from, MaxLength - length);
                if (run.Css is "mask" or "odd") take = run.Text.Length; // shown in one piece
                else if (from + take < run.Text.Length && char.IsLowSurrogate(run.Text[from + take])) take++;
                current.Runs.Add(run with { Text = run.Text.Substring(from, take) });
                from += take;
                length += take;
            }
        }

        Put(current);
    }

    private void Put(JsonLine line)
    {
        if (lines.Count < limit) lines.Add(line);
        else isCut = true;
    }
}
