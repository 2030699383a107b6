using ApprovalFunctions.Durable;
using Approvals.Web.Actions;
using Approvals.Web.Votes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Http;

/// <summary>Actions over HTTP: one function per route, each the shared handler.</summary>
public sealed class ActionFunctions(DurableClientAdapter durable)
{
    [Function("submit-action")]
    public Task<IResult> SubmitAction(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/actions")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ActionHandlers.SubmitAsync);

    [Function("list-actions")]
    public Task<IResult> ListActions(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/actions")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ActionHandlers.ListAsync);

    [Function("get-action")]
    public Task<IResult> GetAction(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/actions/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ActionHandlers.GetAsync);

    [Function("cancel-action")]
    public Task<IResult> CancelAction(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/actions/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ActionHandlers.CancelAsync);

    [Function("get-view")]
    public Task<IResult> GetView(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/actions/{id}/view")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ActionHandlers.ViewAsync);

    /// <summary>Streams: the worker's ASP.NET Core integration passes on what is written as it is written.</summary>
    [Function("watch-action")]
    public Task<IResult> WatchAction(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/actions/{id}/events")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ActionFeed.WatchAsync);

    [Function("vote")]
    public Task<IResult> Vote(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/actions/{id}/votes")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, VoteHandlers.VoteAsync);

    [Function("create-review-link")]
    public Task<IResult> CreateReviewLink(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/actions/{id}/review-link")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, VoteHandlers.LinkAsync);
}
