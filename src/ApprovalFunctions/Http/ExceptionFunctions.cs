using ApprovalFunctions.Durable;
using Approvals.Web.BreakGlass;
using Approvals.Web.Delegations;
using Approvals.Web.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Http;

/// <summary>Policy and its exceptions over HTTP: one function per route, each the shared handler.</summary>
public sealed class ExceptionFunctions(DurableClientAdapter durable)
{
    [Function("break-glass")]
    public Task<IResult> BreakGlass(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/actions/{id}/break-glass")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, BreakGlassHandlers.ConsentAsync);

    [Function("follow-up")]
    public Task<IResult> FollowUp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/actions/{id}/follow-up")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, FollowUpHandlers.DoAsync);

    [Function("create-delegation")]
    public Task<IResult> CreateDelegation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/delegations")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, DelegationHandlers.CreateAsync);

    [Function("list-delegations")]
    public Task<IResult> ListDelegations(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/delegations")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, DelegationHandlers.ListAsync);

    [Function("end-delegation")]
    public Task<IResult> EndDelegation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/delegations/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, DelegationHandlers.EndAsync);

    [Function("get-policy")]
    public Task<IResult> GetPolicy(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/policy")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, PolicyHandlers.GetAsync);

    [Function("policy-page")]
    public Task<IResult> PolicyPage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "policy")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, PolicyHandlers.ShowAsync);

    [Function("break-glass-page")]
    public Task<IResult> BreakGlassPage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "actions/{id}/break-glass")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, BreakGlassHandlers.ShowAsync);

    [Function("break-glass-consent")]
    public Task<IResult> BreakGlassConsent(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "actions/{id}/break-glass")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, BreakGlassHandlers.ConsentFromPageAsync);

    [Function("follow-ups")]
    public Task<IResult> FollowUps(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "follow-ups")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, FollowUpHandlers.ListAsync);

    [Function("follow-up-page")]
    public Task<IResult> FollowUpPage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "actions/{id}/follow-up")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, FollowUpHandlers.ShowAsync);

    [Function("follow-up-review")]
    public Task<IResult> FollowUpReview(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "actions/{id}/follow-up")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, FollowUpHandlers.DoFromPageAsync);

    [Function("delegations")]
    public Task<IResult> Delegations(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "delegations")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, DelegationHandlers.ShowAsync);

    [Function("delegate")]
    public Task<IResult> Delegate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "delegations")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, DelegationHandlers.CreateFromPageAsync);

    [Function("delegations-end")]
    public Task<IResult> EndDelegationFromPage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "delegations/end")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, DelegationHandlers.EndFromPageAsync);
}
