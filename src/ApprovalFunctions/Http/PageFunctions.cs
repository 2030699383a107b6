using ApprovalFunctions.Durable;
using Approvals.Web.Actions;
using Approvals.Web.Audit;
using Approvals.Web.Inbox;
using Approvals.Web.Manage;
using Approvals.Web.Pages;
using Approvals.Web.Reviews;
using Approvals.Web.Sessions;
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

    /// <summary>
    /// The root. An empty route would be called by the function's name, and "/" breaks the worker's own route table, which puts a slash before it;
    /// an optional segment of no length is what both take: https://github.com/Azure/Azure-Functions/issues/2473
    /// </summary>
    [Function("home")]
    public Task<IResult> Home(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{root:maxlength(0)?}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, SessionHandlers.HomeAsync);

    [Function("sign-in")]
    public Task<IResult> ShowSignIn(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "sign-in")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, SessionHandlers.ShowAsync);

    [Function("begin-session")]
    public Task<IResult> BeginSession(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "sign-in")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, SessionHandlers.SignInAsync);

    [Function("sign-out")]
    public Task<IResult> EndSession(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "sign-out")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, SessionHandlers.SignOutAsync);

    [Function("inbox")]
    public Task<IResult> ShowInbox(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "inbox")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, InboxHandlers.ShowAsync);

    [Function("action-page")]
    public Task<IResult> ShowAction(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "actions/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ActionPageHandlers.ShowAsync);

    [Function("review-page")]
    public Task<IResult> ReviewAction(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "actions/{id}/review")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ActionPageHandlers.ReviewAsync);

    [Function("decide-page")]
    public Task<IResult> DecideAction(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "actions/{id}/review")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ActionPageHandlers.DecideAsync);

    [Function("result-page")]
    public Task<IResult> ShowResult(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "actions/{id}/result")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ActionPageHandlers.ResultAsync);

    [Function("audit")]
    public Task<IResult> ShowAudit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "audit")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, AuditHandlers.ShowAsync);

    [Function("audit-reviewers")]
    public Task<IResult> ShowReviewers(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "audit/reviewers")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ReviewerHandlers.ShowAsync);

    [Function("manage")]
    public Task<IResult> ShowManage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "manage")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ManageHandlers.ShowAsync);

    [Function("manage-create")]
    public Task<IResult> CreateOnPage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/principals")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ManageHandlers.CreateAsync);

    [Function("manage-revoke")]
    public Task<IResult> RevokeOnPage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/revocations")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ManageHandlers.RevokeAsync);

    [Function("manage-replay")]
    public Task<IResult> ReplayFromManage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "manage/replays")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, ManageHandlers.ReplayAsync);

    [Function("page-asset")]
    public Task<IResult> GetPageAsset(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "assets/{file}")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, Asset.GetAsync);

    [Function("icon")]
    public Task<IResult> GetIcon(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "assets/icon.svg")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, Icon.GetAsync);
}
