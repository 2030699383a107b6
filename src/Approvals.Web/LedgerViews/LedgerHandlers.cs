using System.Text;
using Approvals.Ledger.Tokens;
using Approvals.Web.Actions;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Records;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.LedgerViews;

/// <summary>The ledger and what verifies it: records, keys, the checkpoint and tiles.</summary>
public static class LedgerHandlers
{
    /// <summary><c>GET /api/records/{id}</c>: the decision record of an action, by the action's id.</summary>
    public static Task<IResult> RecordAsync(HttpContext context) => Api.CallerAsync(context, [], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        var ledger = exchange.Service<ILedger>();
        string key = DecisionRecord.LedgerKey(document.Id);
        LedgerEntry entry = await ledger.FindAsync(key, exchange.Aborted) ?? throw (document.IsTerminal ? new LedgerGapException(key) : Exchange.NotFound());
        LedgerProof proof = await ledger.ProveAsync(entry.Index, exchange.Aborted);
        return Answer.Ok(new RecordDocument(document.Id, Encoding.UTF8.GetString(entry.Entry.Span), ProofDocument.Of(proof)));
    });

    /// <summary><c>GET /.well-known/jwks.json</c></summary>
    public static Task<IResult> KeysAsync(HttpContext context) => Api.AnybodyAsync(context, async exchange =>
    {
        JsonWebKeySet keys = await exchange.Service<ISigner>().KeysAsync(exchange.Aborted);
        exchange.Http.Response.Headers.CacheControl = "public, max-age=300";
        return Results.Bytes(keys.ToJson(), "application/jwk-set+json");
    });

    /// <summary><c>GET /ledger/checkpoint</c></summary>
    public static Task<IResult> CheckpointAsync(HttpContext context) => Api.AnybodyAsync(context, async exchange =>
    {
        string checkpoint = await exchange.Service<ILedger>().ReadCheckpointAsync(exchange.Aborted);
        exchange.Http.Response.Headers.CacheControl = "no-cache";
        return Results.Text(checkpoint, "text/plain", Encoding.UTF8);
    });

    /// <summary>
    /// <c>GET /ledger/tile/{path}</c>. Tiles of hashes are for every caller; entry bundles hold records and are for auditors and admins.
    /// </summary>
    public static Task<IResult> TileAsync(HttpContext context) => Api.CallerAsync(context, [], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        string path = exchange.RouteValue("path", 200);
        bool holdsEntries = path.StartsWith("entries/", StringComparison.Ordinal);
        if (holdsEntries && !exchange.Caller.SeesAll) throw Exchange.NotFound();
        byte[] tile = await exchange.Service<ILedger>().ReadTileAsync("tile/" + path, exchange.Aborted) ?? throw Exchange.NotFound();

        // A tile never changes once it is there, a partial one ("….p/<width>") included. Behind credentials, so not for shared caches.
        exchange.Http.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return Results.Bytes(tile, "application/octet-stream");
    });

    /// <param name="Record">The DSSE envelope, byte for byte as it stands in the ledger.</param>
    private sealed record RecordDocument(string Id, string Record, ProofDocument Ledger);
}
