using ApprovalFunctions.Durable;
using Approvals.Web.Pages;
using Approvals.Web.Reviews;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Http;

/// <summary>Pages: one function per route, each the shared handler.</summary>
public sealed class PageFunctions(DurableClientAdapter durable)
{
    [Function("review")]
    public Task<IResult> Review(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "review/{token}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ReviewHandlers.ShowAsync);

    [Function("decide-review")]
    public Task<IResult> DecideReview(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "review/{token}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ReviewHandlers.DecideAsync);

    [Function("review-result")]
    public Task<IResult> ReviewResult(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "review/{token}/result")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ReviewHandlers.ResultAsync);

    [Function("style-sheet")]
    public Task<IResult> GetStyleSheet(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "assets/{file}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, StyleSheet.GetAsync);

    [Function("icon")]
    public Task<IResult> GetIcon(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "assets/icon.svg")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, Icon.GetAsync);
}
