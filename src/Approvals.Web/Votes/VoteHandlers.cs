using Approvals.Web.Actions;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Web.Reviews;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Votes;

/// <summary>Votes over the API, and personal review links for who votes in the browser.</summary>
public static class VoteHandlers
{
    /// <summary><c>POST /api/actions/{id}/votes</c></summary>
    public static Task<IResult> VoteAsync(HttpContext context) => Api.CallerAsync(context, [Role.Reviewer], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        var fields = new JsonFields(await RequestBody.ReadJsonAsync(exchange.Request, exchange.Aborted), "", "verdict", "justification", "viewDigest");
        var choice = new Choice(
            fields.RequiredEnum<Verdict>("verdict"),
            fields.OptionalString("justification", Ballot.MaxJustification) ?? "",
            fields.RequiredString("viewDigest", 100));
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        (document, bool isCounted) = await exchange.Service<Ballot>().CastAsync(
            document, exchange.Caller.Principal, exchange.Caller.Assurance, choice, exchange.Aborted);
        StatusDocument status = StatusDocument.Of(exchange.Caller, document);
        return isCounted
            ? Answer.Ok(status)
            : new JsonAnswer<StatusDocument>(status, StatusCodes.Status202Accepted) { Location = ActionLinks.Self(document.Id), RetryAfter = TimeSpan.FromSeconds(2) };
    });

    /// <summary><c>POST /api/actions/{id}/review-link</c>: the caller's own link, never anybody else's.</summary>
    public static Task<IResult> LinkAsync(HttpContext context) => Api.CallerAsync(context, [Role.Reviewer], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        if (document.Review is not { } review || document.IsTerminal)
            throw new ProblemException(ProblemTypes.ReviewNotOpen, "A link exists only while the action is in review.");
        if (review.CheckVoter(exchange.Caller.Principal, exchange.Now) is { } refusal) throw Ballot.Refused(refusal, review);
        ReviewLink link = exchange.Service<ReviewLinks>().Create(document, exchange.Caller.Principal);
        return new JsonAnswer<LinkDocument>(new LinkDocument(link.Url.AbsoluteUri, link.ExpiresAt), StatusCodes.Status201Created);
    });

    private sealed record LinkDocument(string Url, DateTimeOffset ExpiresAt);
}
