using ApprovalFunctions.Durable;
using Approvals.Web.Releases;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Http;

/// <summary>Releases over HTTP: one function per route, each the shared handler.</summary>
public sealed class ReleaseFunctions(DurableClientAdapter durable)
{
    [Function("get-release")]
    public Task<IResult> GetRelease(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/actions/{id}/release")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ReleaseHandlers.GetAsync);

    [Function("redeem-release")]
    public Task<IResult> RedeemRelease(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/releases/redeem")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ReleaseHandlers.RedeemAsync);

    [Function("report-receipt")]
    public Task<IResult> ReportReceipt(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/actions/{id}/receipt")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ReleaseHandlers.ReportAsync);
}
