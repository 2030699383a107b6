using System.Text.RegularExpressions;
using Approvals.Redaction;

namespace Approvals.Web.Pages.Parts;

/// <summary>
/// Finds the masks that redaction put into a text. Only where a finding says that there is one: a caller who writes
/// <c>[EMAIL_1]</c> himself gets no mark.
/// </summary>
internal static class MaskMarks
{
    private static readonly Regex Mask = new(@"\[(?<type>[A-Z][A-Z0-9_]*?)(?:_[0-9]+|:[A-Za-z0-9]{4}|#[0-9a-f]{16})?\]", RegexOptions.NonBacktracking);

    /// <summary>The text in pieces; those with a finding are masks.</summary>
    public static IEnumerable<(string Piece, Finding? Finding)> Split(string text, IEnumerable<Finding> findings)
    {
        Dictionary<string, Finding>? byType = null;
        foreach (Finding finding in findings) (byType ??= []).TryAdd(finding.Type, finding);
        if (byType is null) return [(text, null)];

        var pieces = new List<(string, Finding?)>();
        int from = 0;
        foreach (Match match in Mask.Matches(text))
        {
            if (!byType.TryGetValue(match.Groups["type"].Value, out Finding? finding)) continue;
            if (match.Index > from) pieces.Add((text[from..match.Index], null));
            pieces.Add((match.Value, finding));
            from = match.Index + match.Length;
        }

        if (from < text.Length) pieces.Add((text[from..], null));
        return pieces;
    }
}
