using System.Globalization;
using System.Text.Json;
using Approvals.Redaction;
using Approvals.Workflow.Text;

namespace Approvals.Web.Pages.Parts;

/// <summary>A piece of a line. <see cref="Css"/> is a class of the style sheet; <see cref="Title"/> explains a mask or an odd character.</summary>
public readonly record struct JsonRun(string Css, string Text, string? Title = null);

/// <summary>One line of pretty-printed JSON.</summary>
/// <param name="IsText">A line of a string that has several: set off, so that text cannot pretend to be structure.</param>
public sealed record JsonLine(int Depth, bool IsText, List<JsonRun> Runs);

/// <summary>Lays JSON out for reading: a line per member, masks and odd characters marked, strings of several lines as such.</summary>
internal sealed class JsonLines
{
    private readonly List<JsonLine> lines = [];
    private readonly ILookup<string, Finding> findings;

    private JsonLines(IEnumerable<Finding> findings) => this.findings = findings.ToLookup(finding => finding.Pointer, StringComparer.Ordinal);

    /// <param name="pointer">JSON Pointer of the element in the view, by which findings are matched.</param>
    public static List<JsonLine> Of(JsonElement element, string pointer, IEnumerable<Finding> findings)
    {
        var layout = new JsonLines(findings);
        layout.Write(element, pointer, 0, new JsonLine(0, false, []), "");
        return layout.lines;
    }

    private void Write(JsonElement element, string pointer, int depth, JsonLine line, string comma)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when element.EnumerateObject().Any():
                Open(line, "{");
                JsonProperty[] members = [.. element.EnumerateObject()];
                for (int i = 0; i < members.Length; i++)
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
                lines.Add(line);
                break;
        }
    }

    private void WriteString(string text, string pointer, int depth, JsonLine line, string comma)
    {
        line.Runs.Add(new JsonRun("j-p", "\""));
        string[] parts = text.Split('\n');
        for (int i = 0; i < parts.Length; i++)
        {
            if (i > 0)
            {
                line.Runs.Add(new JsonRun("j-nl", "↵", "line break"));
                lines.Add(line);
                line = new JsonLine(depth + 1, true, []);
            }

            AddText(line, parts[i], "j-s", findings[pointer]);
        }

        line.Runs.Add(new JsonRun("j-p", "\"" + comma));
        lines.Add(line);
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
        lines.Add(line);
    }

    private void Close(int depth, string bracket) => lines.Add(new JsonLine(depth, false, [new JsonRun("j-p", bracket)]));
}
