using System.Text.Json;
using Approvals.Durable;
using Approvals.Redaction;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Actions;

/// <summary>Actions over HTTP: submit, read, list, cancel, and the redacted view.</summary>
public static class ActionHandlers
{
    private const int MaxReason = 500;

    /// <summary><c>POST /api/actions</c></summary>
    public static Task<IResult> SubmitAsync(HttpContext context) => Api.CallerAsync(context, [Role.Requester], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        string? idempotencyKey = IdempotencyKey.Read(exchange.Request);
        JsonElement json = await RequestBody.ReadJsonAsync(exchange.Request, exchange.Aborted);
        SubmitBody body = SubmitBody.Read(json, exchange.Options);
        SubmitAnswer answer = await exchange.Service<Submission>().SubmitAsync(
            exchange.Caller, body, json, idempotencyKey, ReadTraceParent(exchange.Request), exchange.Aborted);

        ActionDocument document = answer.Document;
        PrincipalChain chain = document.Request.Chain;
        var accepted = new AcceptedDocument(
            document.Id,
            document.Status,
            document.Request.ActionDigest,
            answer.Nonce,
            document.Request.ExpiresAt,
            PrincipalDocument.Of(chain.Actor),
            chain.OnBehalfOf is { } subject ? PrincipalDocument.Of(subject) : null,
            ActionLinks.Of(exchange.Caller, document));
        return new JsonAnswer<AcceptedDocument>(accepted, StatusCodes.Status202Accepted)
        {
            Location = ActionLinks.Self(document.Id),
            RetryAfter = TimeSpan.FromSeconds(1),
        };
    });

    /// <summary><c>GET /api/actions/{id}</c>, with <c>?wait=1..60</c> as soon as it is decided, or with <c>&amp;until=review</c> as soon as people are asked.</summary>
    public static Task<IResult> GetAsync(HttpContext context) => Api.CallerAsync(context, [], async exchange =>
    {
        var query = new QueryParameters(exchange.Request, "wait", "until");
        int? wait = query.Integer("wait", 1, 60);
        bool untilReview = query.Enumeration<WaitUntil>("until") is WaitUntil.Review;
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        if (wait is { } seconds && !IsReached(document))
            document = await exchange.WaitAsync(document, IsReached, TimeSpan.FromSeconds(seconds));

        bool IsReached(ActionDocument shown) => shown.IsTerminal || (untilReview && shown.Status == ActionStatus.InReview);

        return Answer.Ok(StatusDocument.Of(exchange.Caller, document));
    });

    /// <summary><c>GET /api/actions</c></summary>
    public static Task<IResult> ListAsync(HttpContext context) => Api.CallerAsync(context, [], async exchange =>
    {
        ActionPage page = await ActionLists.FetchAsync(exchange, ActionLists.Read(exchange));
        return Answer.Ok(new ListDocument([.. page.Actions.Select(document => StatusDocument.Of(exchange.Caller, document))], page.NextCursor));
    });

    /// <summary><c>GET /api/actions/{id}/view</c></summary>
    public static Task<IResult> ViewAsync(HttpContext context) => Api.CallerAsync(context, [], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        return document.View is { } view
            ? Answer.Ok(new ViewDocument(view.Digest, view.Content, view.Findings))
            : throw new ProblemException(ProblemTypes.ViewNotReady, "Ask again in a moment.") { RetryAfter = TimeSpan.FromSeconds(1) };
    });

    /// <summary><c>DELETE /api/actions/{id}</c>, with an optional body <c>{"reason"}</c>.</summary>
    public static Task<IResult> CancelAsync(HttpContext context) => Api.CallerAsync(context, [Role.Requester, Role.Admin], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        string? reason = null;
        if (await RequestBody.ReadOptionalJsonAsync(exchange.Request, exchange.Aborted) is { } json)
            reason = new JsonFields(json, "", "reason").OptionalString("reason", MaxReason);
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        if (!exchange.Caller.Has(Role.Admin) && !Visibility.IsRequester(exchange.Caller, document))
            throw new ProblemException(ProblemTypes.Forbidden, "Only who asked for an action, or an admin, cancels it.");
        return await CancelAsync(exchange, document, reason);
    });

    private static async Task<IResult> CancelAsync(Exchange exchange, ActionDocument document, string? reason)
    {
        if (!document.IsTerminal)
        {
            var cancellation = new Cancellation(
                exchange.Caller.Principal, reason is null ? null : EdgeRedaction.Redact(reason), exchange.Now);
            await exchange.Service<IDurableClient>().RaiseEventAsync(
                document.Id, ApprovalOrchestration.CancelEvent, ApprovalOrchestration.CancelEvent, cancellation, exchange.Aborted);
            document = await exchange.WaitAsync(document, shown => shown.IsTerminal, exchange.Options.EffectWait);
            if (document.Status == ActionStatus.Canceled) return Answer.Ok(StatusDocument.Of(exchange.Caller, document));
            if (!document.IsTerminal)
            {
                return new JsonAnswer<StatusDocument>(StatusDocument.Of(exchange.Caller, document), StatusCodes.Status202Accepted)
                {
                    Location = ActionLinks.Self(document.Id),
                    RetryAfter = TimeSpan.FromSeconds(2),
                };
            }
        }

        throw new ProblemException(ProblemTypes.AlreadyDecided, $"Nothing to cancel: the action is {SnakeCase.Of(document.Status)}.");
    }

    /// <summary>What a long poll waits for.</summary>
    private enum WaitUntil
    {
        Decision,

        /// <summary>People are asked, or nobody will be: the action is decided.</summary>
        Review,
    }

    /// <summary>Only a well-formed one (W3C Trace Context): it is stored and passed on.</summary>
    private static string? ReadTraceParent(HttpRequest request) =>
        request.Headers.TraceParent is [{ Length: 55 } parent] && System.Diagnostics.ActivityContext.TryParse(parent, null, out _) ? parent : null;

    private sealed record AcceptedDocument(
        string Id,
        ActionStatus Status,
        string ActionDigest,
        string Nonce,
        DateTimeOffset ExpiresAt,
        PrincipalDocument Actor,
        PrincipalDocument? Subject,
        SortedDictionary<string, string> Links);

    private sealed record ListDocument(IReadOnlyList<StatusDocument> Actions, string? NextCursor);

    private sealed record ViewDocument(string Digest, JsonElement Content, IReadOnlyList<Finding> Findings);
}
