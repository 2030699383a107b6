using Approvals.Policy;
using Approvals.Web.Actions;
using Approvals.Web.Callers;
using Approvals.Web.Pages;
using Approvals.Web.Pages.Parts;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Web.Reviews;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.BreakGlass;

/// <summary>Breaking the glass: two people, past all stages, and a review is owed. A GET shows what it would be and does nothing (promise 9).</summary>
public static class BreakGlassHandlers
{
    /// <summary>Nobody reads more than this in an emergency; beyond it the glass is broken over the API alone.</summary>
    private const int MaxLines = 5_000;

    /// <summary><c>POST /api/actions/{id}/break-glass</c></summary>
    public static Task<IResult> ConsentAsync(HttpContext context) => Api.CallerAsync(context, [Role.Reviewer], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        var fields = new JsonFields(await RequestBody.ReadJsonAsync(exchange.Request, exchange.Aborted), "", "justification", "viewDigest");
        string justification = fields.RequiredString("justification", Ballot.MaxJustification);
        string viewDigest = fields.RequiredString("viewDigest", 100);
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        (document, bool isCounted) = await exchange.Service<Emergency>().ConsentAsync(
            document, exchange.Caller.Principal, exchange.Caller.Assurance, justification, viewDigest, exchange.Aborted);
        StatusDocument status = StatusDocument.Of(exchange.Caller, document);
        return isCounted
            ? Answer.Ok(status)
            : new JsonAnswer<StatusDocument>(status, StatusCodes.Status202Accepted) { Location = ActionLinks.Self(document.Id), RetryAfter = TimeSpan.FromSeconds(2) };
    });

    /// <summary><c>GET /actions/{id}/break-glass</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        return await RenderAsync(exchange, await exchange.FindActionAsync(Visibility.MaySee), "", null);
    });

    /// <summary><c>POST /actions/{id}/break-glass</c></summary>
    public static Task<IResult> ConsentFromPageAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        IFormCollection form = await RequestBody.ReadFormAsync(exchange.Request, exchange.Aborted);
        string shown = exchange.Service<FormGuard>().Check(exchange.Http, form, PurposeOf(exchange, document));
        string justification = form["justification"].ToString();
        try
        {
            if (!exchange.Caller.Has(Role.Reviewer)) throw new ProblemException(ProblemTypes.Forbidden, "Only reviewers can break the glass.");
            if (justification.Length > Ballot.MaxJustification) throw new ProblemException(ProblemTypes.InvalidValue, $"Shorten the justification to {Ballot.MaxJustification:N0} characters.");
            await exchange.Service<Emergency>().ConsentAsync(document, exchange.Caller.Principal, exchange.Caller.Assurance, justification, shown, exchange.Aborted);
            return Page.SeeOther("/actions/" + document.Id);
        }
        catch (ProblemException refused)
        {
            return await RenderAsync(exchange, document, justification, refused);
        }
    });

    private static async Task<IResult> RenderAsync(Exchange exchange, ActionDocument document, string justification, ProblemException? error)
    {
        if (document.IsTerminal || document.Review is null || document.View is not { } view) return Page.SeeOther("/actions/" + document.Id);
        if (Emergency.LimitsOf(document) is not { } limits) throw new ProblemException(ProblemTypes.BreakGlassOff, "Policy lets nobody break the glass for this action.");

        // INVARIANT: the whole view is on the page, or there is no form; and the form names the digest of what is shown (promise 10).
        ReviewPageModel.RequireIntact(view);
        List<JsonLine> lines = JsonLines.Of(view.Content, "", view.Findings, MaxLines, out bool isCut);
        var forms = exchange.Service<FormGuard>();
        bool isSure = exchange.Caller.Assurance >= Assurance.IdpMfa;
        return await PageRenderer.RenderAsync<BreakGlassPage>(
            exchange.Http,
            new BreakGlassPageModel(
                document,
                limits,
                lines,
                !isCut,
                Emergency.Find(document, exchange.Caller.Principal) is not null,
                justification,
                error?.Message,
                forms.Issue(exchange.Http, PurposeOf(exchange, document), view.Digest),
                exchange.Now,
                SignedIn.Of(exchange.Http, exchange.Caller, forms))
            {
                MayConsent = Emergency.MayConsent(document, exchange.Caller, exchange.Now),
                SignIn = isSure ? null : $"/sign-in?next={Uri.EscapeDataString($"/actions/{document.Id}/break-glass")}&mfa=1",
                Target = TargetText.Of(document),
            },
            error?.Type.Status ?? StatusCodes.Status200OK);
    }

    private static string PurposeOf(Exchange exchange, ActionDocument document) => $"break-glass:{exchange.Caller.CredentialId}:{document.Id}:{document.Review?.Round}";
}

/// <summary>What the page shows.</summary>
/// <param name="HasConsented">Whether this person has, and waits for the second one.</param>
public sealed record BreakGlassPageModel(
    ActionDocument Document,
    BreakGlassLimits Limits,
    IReadOnlyList<JsonLine> Lines,
    bool IsWhole,
    bool HasConsented,
    string Justification,
    string? Error,
    string Guard,
    DateTimeOffset Now,
    SignedIn Person)
{
    /// <summary>Whether this person is among those who may.</summary>
    public bool MayConsent { get; init; }

    /// <summary>Where to sign in more strongly; <see langword="null"/> when that is not needed.</summary>
    public string? SignIn { get; init; }

    public string? Target { get; init; }
}
