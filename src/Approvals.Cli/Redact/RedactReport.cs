using System.Globalization;
using System.Net;
using System.Text;

namespace Approvals.Cli.Redact;

/// <summary>The HTML report: what was found where and how often, for a person to read and print. Values are never in it.</summary>
internal static class RedactReport
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1d2430;--dim:#5b6675;--line:#d9dee6;--bar:#3b6fd4;--secret:#b3261e;--page:#fff;--card:#f6f8fb}
        @media(prefers-color-scheme:dark){:root{--ink:#e7ebf2;--dim:#9aa5b5;--line:#323a47;--bar:#7aa2f7;--secret:#ff8a80;--page:#14181f;--card:#1c222c}}
        body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:60rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{margin:.4rem 0}.dim{color:var(--dim)}
        .verdict{background:var(--card);border-left:4px solid var(--bar);padding:.8rem 1rem;margin:1rem 0}.verdict.secret{border-color:var(--secret)}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
        th{color:var(--dim);font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.bar{width:45%}
        .bar i{display:block;height:.7rem;margin-top:.4rem;background:var(--bar);border-radius:2px}tr.secret .bar i{background:var(--secret)}tr.secret .type{color:var(--secret);font-weight:600}
        .type code{white-space:nowrap}.where{color:var(--dim);overflow-wrap:anywhere}
        @media(max-width:40rem){.places thead{display:none}.places tr{display:grid;grid-template-columns:1fr auto;padding:.4rem 0;border-bottom:1px solid var(--line)}.places td{border:0;padding:.1rem .3rem}.places .n{grid-area:1/2}.places td:not(.n){grid-column:1}}
        code{font-family:ui-monospace,monospace;font-size:.92em;overflow-wrap:anywhere}@media print{body{margin:0;max-width:none}.bar i{print-color-adjust:exact}}
        """;

    public static string Html(RedactTally tally)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Redaction report</title><style>{Style}</style></head><body><main>");
        var types = tally.ByType().ToList();
        var total = types.Sum(t => t.Count);
        var secrets = types.Where(t => RedactRun.IsSecret(t.Type)).Sum(t => t.Count);
        var files = tally.Counts.Keys.Select(k => k.File).Distinct(StringComparer.Ordinal).Count();
        html.Append("<h1>Redaction report</h1>");
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"verdict{(secrets > 0 ? " secret" : "")}\"><p><strong>{Verdict(total, secrets, files, tally.Files)}</strong></p><p class=\"dim\">{Read(tally)} The values themselves are not on this page.</p></div>");
        if (total > 0)
        {
            html.Append("<h2>By type</h2><table><thead><tr><th scope=\"col\">Type</th><th scope=\"col\" class=\"n\">Found</th><th scope=\"col\">Share</th></tr></thead><tbody>");
            var most = types[0].Count;
            foreach (var (type, count) in types)
                html.Append(CultureInfo.InvariantCulture, $"<tr{(RedactRun.IsSecret(type) ? " class=\"secret\"" : "")}><td class=\"type\"><code>{type}</code></td><td class=\"n\">{count:N0}</td><td class=\"bar\"><i style=\"width:{Math.Max(1, 100.0 * count / most):0.#}%\"></i></td></tr>");
            html.Append("</tbody></table><h2>By file and rule</h2><table class=\"places\"><thead><tr><th scope=\"col\">File</th><th scope=\"col\">Type</th><th scope=\"col\">Rule</th><th scope=\"col\">Where</th><th scope=\"col\" class=\"n\">Found</th></tr></thead><tbody>");
            foreach (var ((file, type, rule), entry) in tally.Counts.OrderBy(c => c.Key.File, StringComparer.Ordinal).ThenByDescending(c => RedactRun.IsSecret(c.Key.Type)).ThenByDescending(c => c.Value.Count))
                html.Append(CultureInfo.InvariantCulture, $"<tr{(RedactRun.IsSecret(type) ? " class=\"secret\"" : "")}><td>{WebUtility.HtmlEncode(file == "-" ? "standard input" : file)}</td><td class=\"type\"><code>{type}</code></td><td><code>{WebUtility.HtmlEncode(rule)}</code></td><td class=\"where\">{WebUtility.HtmlEncode(Places(entry))}</td><td class=\"n\">{entry.Count:N0}</td></tr>");
            html.Append("</tbody></table>");
        }
        return html.Append("</main></body></html>\n").ToString();
    }

    private static string Places(RedactTally.Entry entry) => string.Join(", ", entry.Places.Where(p => p.Length > 0).Distinct(StringComparer.Ordinal)) + (entry.Count > entry.Places.Count ? ", …" : "");

    private static string Verdict(int total, int secrets, int files, int all)
    {
        if (total == 0) return "Nothing was found.";
        var where = string.Create(CultureInfo.InvariantCulture, $"{(files < all ? $"{files:N0} of " : "")}{(all == 1 ? "one file" : $"{all:N0} files")}");
        var masked = string.Create(CultureInfo.InvariantCulture, $"{total:N0} {(total == 1 ? "value was" : "values were")} masked in {where}");
        return secrets == 0 ? $"{masked}; none is a secret." : string.Create(CultureInfo.InvariantCulture, $"{masked}; {secrets:N0} {(secrets == 1 ? "is a secret" : "are secrets")}. A secret that was written down should be replaced.");
    }

    private static string Read(RedactTally tally) =>
        tally.Bytes == 0 ? "" : tally.Bytes < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{tally.Bytes / 1e3:N1} kB were read.") : string.Create(CultureInfo.InvariantCulture, $"{tally.Bytes / 1e6:N1} MB were read.");
}
