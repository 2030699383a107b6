using System.Text.Json;
using Approvals.Ledger;
using Approvals.Ledger.Json;
using Approvals.Web.Actions;
using Approvals.Web.LedgerViews;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Releases;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Releases;

/// <summary>Releases over HTTP: fetch, redeem once, report.</summary>
public static class ReleaseHandlers
{
    private const int DigestLength = 71; // "sha256:" and 64 hex digits

    /// <summary><c>GET /api/actions/{id}/release</c>: for who asked, once approved. A new token every time; all of them together are redeemed once.</summary>
    public static Task<IResult> GetAsync(HttpContext context) => Api.CallerAsync(context, [Role.Requester], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        ActionDocument document = await exchange.FindActionAsync(Visibility.IsActor);
        Release release = await exchange.Service<ReleaseDesk>().IssueAsync(document, exchange.Aborted);
        return Answer.Ok(new ReleaseDocument(release.Token, release.Record, ProofDocument.Of(release.Proof)));
    });

    /// <summary><c>POST /api/releases/redeem</c></summary>
    public static Task<IResult> RedeemAsync(HttpContext context) => Api.CallerAsync(context, [Role.Requester], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        string? idempotencyKey = IdempotencyKey.Read(exchange.Request);
        var fields = new JsonFields(await RequestBody.ReadJsonAsync(exchange.Request, exchange.Aborted), "", "token", "binding", "actionDigest");
        string token = fields.RequiredString("token", 16 * 1024);
        Redemption redemption = await exchange.Service<ReleaseDesk>().RedeemAsync(
            token, ReadDigest(fields), exchange.Caller.Principal, idempotencyKey, exchange.Aborted);
        return Answer.Ok(redemption);
    });

    /// <summary><c>POST /api/actions/{id}/receipt</c></summary>
    public static Task<IResult> ReportAsync(HttpContext context) => Api.CallerAsync(context, [Role.Requester], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        var fields = new JsonFields(await RequestBody.ReadJsonAsync(exchange.Request, exchange.Aborted), "", "outcome", "resultDigest");
        ExecutionOutcome outcome = fields.RequiredEnum<ExecutionOutcome>("outcome");
        string? resultDigest = ReadDigest(fields, "resultDigest");
        ActionDocument document = await exchange.FindActionAsync(Visibility.IsExecutor);
        ExecutionReceipt receipt = await exchange.Service<ReleaseDesk>().ReportAsync(
            document, outcome, resultDigest, exchange.Caller.Principal, exchange.Aborted);
        return new JsonAnswer<ReceiptDocument>(
            new ReceiptDocument(receipt.Outcome, receipt.ResultDigest, receipt.At, receipt.LedgerIndex), StatusCodes.Status201Created)
        {
            Location = ActionLinks.Self(document.Id),
        };
    });

    /// <summary>Of the binding that is about to run, or as the executor computed it.</summary>
    private static string ReadDigest(JsonFields fields)
    {
        JsonElement? binding = fields.OptionalObject("binding");
        string? digest = ReadDigest(fields, "actionDigest");
        if (binding is null == digest is null)
            throw new ProblemException(ProblemTypes.MissingField, "Send either 'binding' or 'actionDigest'.") { Pointer = "/binding" };
        if (digest is not null) return digest;
        try
        {
            return Sha256Digest.Of(CanonicalJson.Canonicalize(binding!.Value, ActionPayload.MaxBytes));
        }
        catch (LedgerFormatException refused)
        {
            throw fields.Invalid("binding", refused.Message); // names the remedy and quotes nothing
        }
    }

    private static string? ReadDigest(JsonFields fields, string name)
    {
        string? digest = fields.OptionalString(name, DigestLength);
        return digest is null || Sha256Digest.IsValid(digest) ? digest : throw fields.Invalid(name, "Send 'sha256:' and 64 lower-case hex digits.");
    }

    /// <param name="Record">The DSSE envelope, byte for byte as it stands in the ledger.</param>
    private sealed record ReleaseDocument(string Token, string Record, ProofDocument Ledger);
}
