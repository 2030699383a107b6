using ApprovalFunctions.Durable;
using Approvals.Web.Principals;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Http;

/// <summary>Principals over HTTP: one function per route, each the shared handler.</summary>
public sealed class PrincipalFunctions(DurableClientAdapter durable)
{
    [Function("create-principal")]
    public Task<IResult> CreatePrincipal(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/principals")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, PrincipalHandlers.CreateAsync);

    [Function("list-principals")]
    public Task<IResult> ListPrincipals(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/principals")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, PrincipalHandlers.ListAsync);

    [Function("revoke-principal")]
    public Task<IResult> RevokePrincipal(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/principals/{keyId}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, PrincipalHandlers.RevokeAsync);
}
