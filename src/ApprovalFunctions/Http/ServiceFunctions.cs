using ApprovalFunctions.Durable;
using Approvals.Web.Health;
using Approvals.Web.OpenApi;
using Approvals.Web.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Http;

/// <summary>What tools ask: one function per route, each the shared handler.</summary>
public sealed class ServiceFunctions(DurableClientAdapter durable)
{
    [Function("get-openapi")]
    public Task<IResult> GetOpenapi(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi/v1.json")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, OpenApiHandlers.GetAsync);

    [Function("live")]
    public Task<IResult> Live(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/live")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, HealthHandlers.LiveAsync);

    [Function("ready")]
    public Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/ready")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, HealthHandlers.ReadyAsync);

    /// <summary>
    /// Everything else: problems for unknown paths and for methods that a path does not take, as on every host. The Functions host tries
    /// routes in the alphabetical order of the functions' names, hence this name; its own <c>admin/</c> and <c>runtime/</c> come before all functions.
    /// </summary>
    [Function("zz-unrouted")]
    public Task<IResult> AnswerUnrouted(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", "put", "patch", "delete", "options", Route = "{*path}")] HttpRequest request,
        [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, Unrouted.AnswerAsync);
}
