using System.Net;
using System.Text;

namespace Approvals.Cli.Redact;

/// <summary>The HTML report: what was found where and how often. Values are never in it.</summary>
internal static class RedactReport
{
    public static string Html(RedactTally tally)
    {
        var html = new StringBuilder();
        html.Append("""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Redaction report</title>
            <style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #8886}td.n{text-align:right;font-variant-numeric:tabular-nums}code{font-family:ui-monospace,monospace}</style></head><body>
            <h1>Redaction report</h1>
            """);
        var total = tally.Counts.Values.Sum();
        html.Append(total == 0 ? "<p>Nothing was found.</p>" : $"<p>{total} values were found and masked. This page does not hold them.</p><h2>By type</h2><table><tr><th>Type</th><th>Count</th></tr>");
        foreach (var (type, count) in tally.ByType()) html.Append($"<tr><td><code>{type}</code></td><td class=\"n\">{count}</td></tr>");
        if (total > 0) html.Append("</table><h2>By file and rule</h2><table><tr><th>File</th><th>Type</th><th>Rule</th><th>Count</th></tr>");
        foreach (var ((file, type, rule), count) in tally.Counts) html.Append($"<tr><td>{WebUtility.HtmlEncode(file)}</td><td><code>{type}</code></td><td><code>{WebUtility.HtmlEncode(rule)}</code></td><td class=\"n\">{count}</td></tr>");
        if (total > 0) html.Append("</table>");
        return html.Append("</body></html>").ToString();
    }
}
