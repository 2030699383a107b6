using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Approvals.Cli.Actions;
using Approvals.Cli.Output;
using Approvals.Ledger.Records;
using Approvals.Ledger.Verification;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Cli.Demo;

/// <summary>One action told step by step, from what the pipeline sends to what anybody can verify.</summary>
internal sealed class DemoStory(DemoGate gate, Terminal terminal, DemoEnding ending)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Regex Masks = new(@"\[[A-Z][A-Z0-9_]*\]", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private int step;

    /// <summary>Whether everything that was shown verifies.</summary>
    public async Task<bool> TellAsync(CancellationToken cancellationToken)
    {
        terminal.Line(terminal.Bold("Approvals: one privileged action, from request to verified record"));
        terminal.Line(terminal.Dim($"A whole gate runs in this process, at {gate.Host.Url}"));

        JsonElement request = Request();
        JsonElement accepted = await AskAsync(request, cancellationToken);
        string id = accepted.GetProperty("id").GetString()!;
        await ShowViewAsync(id, cancellationToken);
        string? link = await ShowLinkAsync(id, cancellationToken);
        await DecideAsync(id, link, cancellationToken);
        return await VerifyAsync(id, request, accepted, cancellationToken);
    }

    private JsonElement Request()
    {
        using Stream sample = typeof(DemoStory).Assembly.GetManifestResourceStream("Approvals.Cli.demo.json")!;
        JsonObject request = JsonNode.Parse(sample)!.AsObject();
        request["expiresIn"] = ending == DemoEnding.Expire ? DemoGate.ShortExpiry.TotalSeconds : TimeSpan.FromMinutes(30).TotalSeconds;
        return JsonDocument.Parse(request.ToJsonString()).RootElement;
    }

    private async Task<JsonElement> AskAsync(JsonElement request, CancellationToken cancellationToken)
    {
        Step("A pipeline asks before it exports customer data");
        terminal.Line(terminal.Dim("    POST /api/actions. Only the pipeline sees this; no person, log or record ever will. (All of it is invented.)"));
        terminal.Line();
        Json(request, mask: false);
        JsonElement accepted = await gate.Pipeline.PostAsync("api/actions", request, cancellationToken);
        terminal.Line();
        terminal.Line($"    202 Accepted: action {terminal.Bold(accepted.GetProperty("id").GetString()!)}");
        terminal.Line(terminal.Dim($"    its digest binds exactly what will run: {accepted.GetProperty("actionDigest").GetString()}"));
        return accepted;
    }

    private async Task ShowViewAsync(string id, CancellationToken cancellationToken)
    {
        ActionDocument? action = await gate.Host.Services.GetRequiredService<IActionIndex>()
            .WaitAsync(id, document => document.IsTerminal || document.Status == ActionStatus.InReview, Patience, cancellationToken);
        if (action is null || action.Status == ActionStatus.Pending) throw CommandException.Failed("The gate did not come to a review in time.");
        if (action.View is null)
        {
            Step("The deadline passed before anybody could be asked");
            return;
        }

        JsonElement view = await gate.Auditor.GetAsync($"api/actions/{id}/view", cancellationToken);
        Step("What the reviewer will see: secrets and personal data are masked");
        terminal.Line(terminal.Dim("    The original was sealed on arrival, opened once for this, and destroyed."));
        terminal.Line();
        Json(view.GetProperty("content"), mask: true);
        terminal.Line();
        terminal.Line($"    found and masked: {terminal.Yellow(ViewReport.Counts(view.GetProperty("findings")))}");

        Step("Why policy asks");
        terminal.Line($"    rule {terminal.Bold(action.Policy?.Rule ?? "(none)")}: {Terminal.Clean(action.Policy?.Reason ?? "")}");
        if (action.Policy?.Plan?.Stages is [var stage, ..])
            terminal.Line($"    {stage.Quorum} of group {string.Join(", ", stage.Groups)} within {stage.Timeout.TotalHours:0.#} h; never the pipeline, nor Olivia Park, who answers for it");
    }

    private async Task<string?> ShowLinkAsync(string id, CancellationToken cancellationToken)
    {
        Step("A personal review link for Dana Reyes");
        try
        {
            JsonElement link = await gate.AsReviewer.PostAsync($"api/actions/{id}/review-link", new JsonObject(), cancellationToken);
            string url = link.GetProperty("url").GetString()!;
            terminal.Line($"    {terminal.Blue(url)}");
            if (ending == DemoEnding.Person) terminal.Line($"    {terminal.Bold("Open it in a browser, and approve or deny.")} Ctrl-C ends the demo.");
            return url;
        }
        catch (Gate.GateException) when (ending == DemoEnding.Expire)
        {
            terminal.Line(terminal.Dim("    none any more: the deadline passed."));
            return null;
        }
    }

    private async Task DecideAsync(string id, string? link, CancellationToken cancellationToken)
    {
        if (ending is DemoEnding.Approve or DemoEnding.Deny)
        {
            string verdict = ending == DemoEnding.Approve ? "approve" : "deny";
            using var browser = new Browser();
            await browser.DecideAsync(new Uri(link!), verdict, "Checked against the data processing agreement.", cancellationToken);
        }

        JsonElement decided = await ActionWait.ForDecisionAsync(gate.Pipeline, id, null, cancellationToken);
        Step("The decision");
        string who = ending == DemoEnding.Person ? "" : ending == DemoEnding.Expire ? "Nobody answered. " : "Through the link and the page's own form. ";
        terminal.Line($"    {terminal.Status(ActionReport.Status(decided))}  {who}{ActionReport.Text(decided.GetProperty("decision"), "reason")}");
    }

    private async Task<bool> VerifyAsync(string id, JsonElement request, JsonElement accepted, CancellationToken cancellationToken)
    {
        var verification = new DemoVerification(gate, terminal);
        LedgerVerifier verifier = await verification.ReadRecordAsync(id, cancellationToken);
        Step("The signed record (in-toto statement in a DSSE envelope)");
        if (verification.Record?.Decision is { } decision) ShowRecord(decision);

        Step("Anybody verifies, with nothing but the public keys");
        verification.CheckRecord(verifier);
        string outcome = verification.Record?.Decision?.Decision.Outcome ?? "unknown";
        if (outcome == "approved") await verification.CheckReleaseAsync(verifier, request, accepted, cancellationToken);
        else await verification.CheckNoReleaseAsync(id, cancellationToken);
        await verification.CheckLedgerAsync(verifier, cancellationToken);

        bool asWanted = ending switch
        {
            DemoEnding.Approve => outcome == "approved",
            DemoEnding.Deny => outcome == "denied",
            DemoEnding.Expire => outcome == "expired",
            _ => true,
        };
        bool holds = verification.AllHold && asWanted;
        terminal.Line();
        terminal.Line(holds
            ? $"{terminal.Green("verified")}: {id} {outcome} ledger index {verification.Evidence!.Index}"
            : $"{terminal.Red("not verified")}: {id} {outcome}");
        return holds;
    }

    private void ShowRecord(DecisionPredicate record)
    {
        Row("action", $"{record.Action.Type}  {Short(record.Action.Digest)}");
        Row("asked by", $"{record.Actor.DisplayName} ({record.Actor.Kind}), answered for by {string.Join(", ", record.Owners.Select(owner => owner.DisplayName))}");
        Row("redaction", string.Join(", ", record.Findings.Select(finding => $"{finding.Count} {finding.Type}")));
        Row("policy", $"{record.Policy?.Verdict} by {record.Policy?.Rule}  {Short(record.Policy?.Digest)}");
        foreach (RecordVote vote in record.Votes)
            Row("vote", $"{vote.Verdict} by {vote.Voter.DisplayName} ({vote.Assurance}), on view {Short(vote.ViewDigest)}: {vote.Justification}");
        Row("decision", $"{record.Decision.Outcome} by {record.Decision.By}, {record.Decision.At:yyyy-MM-dd HH:mm:ss} UTC");

        void Row(string name, string text) => terminal.Line($"    {terminal.Dim(name.PadRight(10))} {Terminal.Clean(text)}");
    }

    private void Step(string title)
    {
        terminal.Line();
        terminal.Line($" {terminal.Blue((++step).ToString())}  {terminal.Bold(title)}");
    }

    private void Json(JsonElement json, bool mask)
    {
        foreach (string line in ViewReport.Indent(json).Split('\n'))
            terminal.Line("  " + (mask ? Masks.Replace(line, match => terminal.Yellow(match.Value)) : line));
    }

    private static string Short(string? digest) => digest is { Length: > 23 } ? digest[..19] + "…" : digest ?? "";
}
