using ApprovalFunctions.Durable;
using Approvals.Web.LedgerViews;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Http;

/// <summary>Records, keys and the ledger over HTTP: one function per route, each the shared handler.</summary>
public sealed class LedgerFunctions(DurableClientAdapter durable)
{
    [Function("get-record")]
    public Task<IResult> GetRecord(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/records/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, LedgerHandlers.RecordAsync);

    [Function("get-keys")]
    public Task<IResult> GetKeys(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = ".well-known/jwks.json")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, LedgerHandlers.KeysAsync);

    [Function("get-checkpoint")]
    public Task<IResult> GetCheckpoint(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "ledger/checkpoint")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, LedgerHandlers.CheckpointAsync);

    [Function("get-tile")]
    public Task<IResult> GetTile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "ledger/tile/{*path}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, LedgerHandlers.TileAsync);
}
