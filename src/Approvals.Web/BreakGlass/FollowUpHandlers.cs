using Approvals.Web.Actions;
using Approvals.Web.Callers;
using Approvals.Web.Pages;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Exceptions;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.BreakGlass;

/// <summary>The reviews that broken glass owes: a debt until they are done.</summary>
public static class FollowUpHandlers
{
    private const int MaxDebts = 200;

    /// <summary><c>POST /api/actions/{id}/follow-up</c></summary>
    public static Task<IResult> DoAsync(HttpContext context) => Api.CallerAsync(context, [Role.Reviewer], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        var fields = new JsonFields(await RequestBody.ReadJsonAsync(exchange.Request, exchange.Aborted), "", "finding", "comment");
        FollowUpFinding finding = fields.RequiredEnum<FollowUpFinding>("finding");
        string comment = fields.RequiredString("comment", Ballot.MaxJustification);
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        document = await DoAsync(exchange, document, finding, comment);
        return Answer.Ok(StatusDocument.Of(exchange.Caller, document));
    });

    /// <summary><c>GET /follow-ups</c>: what is owed to be looked at, the longest due first.</summary>
    public static Task<IResult> ListAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        ActionPage owed = await exchange.Index.ListAsync(new ActionQuery(Limit: MaxDebts) { OwesFollowUp = true }, exchange.Aborted);
        return await PageRenderer.RenderAsync<FollowUpsPage>(exchange.Http, new FollowUpsPageModel(
            [.. owed.Actions.Where(action => Visibility.MaySee(exchange.Caller, action)).OrderBy(action => action.FollowUp!.DueAt)],
            exchange.Now,
            SignedIn.Of(exchange.Http, exchange.Caller, exchange.Service<FormGuard>())));
    });

    /// <summary><c>GET /actions/{id}/follow-up</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        return await RenderAsync(exchange, await exchange.FindActionAsync(Visibility.MaySee), "", null);
    });

    /// <summary><c>POST /actions/{id}/follow-up</c></summary>
    public static Task<IResult> DoFromPageAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        IFormCollection form = await RequestBody.ReadFormAsync(exchange.Request, exchange.Aborted);
        exchange.Service<FormGuard>().Check(exchange.Http, form, PurposeOf(exchange, document));
        string comment = form["comment"].ToString();
        try
        {
            if (!exchange.Caller.Has(Role.Reviewer)) throw Refused(FollowUpRefusal.NotEligible, document);
            if (!SnakeCase.TryParse(form["finding"].ToString(), out FollowUpFinding finding)) throw new ProblemException(ProblemTypes.InvalidValue, "Choose a finding.");
            if (comment.Length > Ballot.MaxJustification) throw new ProblemException(ProblemTypes.InvalidValue, $"Shorten the comment to {Ballot.MaxJustification:N0} characters.");
            await DoAsync(exchange, document, finding, comment);
            return Page.SeeOther("/follow-ups");
        }
        catch (ProblemException refused)
        {
            return await RenderAsync(exchange, document, comment, refused);
        }
    });

    private static async Task<ActionDocument> DoAsync(Exchange exchange, ActionDocument document, FollowUpFinding finding, string comment)
    {
        string redacted = EdgeRedaction.Redact(comment.Trim());
        if (redacted.Length < FollowUpDesk.MinimumComment)
            throw new ProblemException(ProblemTypes.JustificationTooShort, $"Say what you found, in at least {FollowUpDesk.MinimumComment} characters.") { Pointer = "/comment" };
        (ActionDocument? done, FollowUpRefusal? refusal) = await exchange.Service<FollowUpDesk>().DoAsync(document, exchange.Caller.Principal, finding, redacted, exchange.Aborted);
        return done ?? throw Refused(refusal!.Value, document);
    }

    private static async Task<IResult> RenderAsync(Exchange exchange, ActionDocument document, string comment, ProblemException? error)
    {
        if (document.FollowUp is null) return Page.SeeOther("/actions/" + document.Id);
        var forms = exchange.Service<FormGuard>();
        bool mayDo = exchange.Caller.Has(Role.Reviewer) && FollowUpDesk.Check(document, exchange.Caller.Principal) is null;
        return await PageRenderer.RenderAsync<FollowUpPage>(
            exchange.Http,
            new FollowUpPageModel(
                document, mayDo, comment, error?.Message, forms.Issue(exchange.Http, PurposeOf(exchange, document), ""), exchange.Now,
                SignedIn.Of(exchange.Http, exchange.Caller, forms)),
            error?.Type.Status ?? StatusCodes.Status200OK);
    }

    private static ProblemException Refused(FollowUpRefusal refusal, ActionDocument document) => refusal switch
    {
        FollowUpRefusal.NothingOwed => new ProblemException(ProblemTypes.FollowUpNotOwed, "Nothing to do: the glass was not broken for this action."),
        FollowUpRefusal.AlreadyDone => new ProblemException(ProblemTypes.FollowUpNotOwed, "Nothing to do: the review was done."),
        FollowUpRefusal.NotEligible => new ProblemException(ProblemTypes.NotEligible, $"Leave it to reviewers of: {string.Join(", ", document.FollowUp?.Groups ?? [])}."),
        _ => new ProblemException(ProblemTypes.InPrincipalChain, "Leave it to others: who asked for the action or broke the glass does not review that."),
    };

    private static string PurposeOf(Exchange exchange, ActionDocument document) => $"follow-up:{exchange.Caller.CredentialId}:{document.Id}";
}

/// <summary>What the list shows.</summary>
public sealed record FollowUpsPageModel(IReadOnlyList<ActionDocument> Owed, DateTimeOffset Now, SignedIn Person);

/// <summary>What the page of one review shows.</summary>
public sealed record FollowUpPageModel(ActionDocument Document, bool MayDo, string Comment, string? Error, string Guard, DateTimeOffset Now, SignedIn Person);
