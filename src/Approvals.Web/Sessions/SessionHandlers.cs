using Approvals.Web.Callers;
using Approvals.Web.Identity.AppService;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Pages;
using Approvals.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Sessions;

/// <summary>Signing in to the pages, and out.</summary>
public static class SessionHandlers
{
    private const string Purpose = "sign-in";

    /// <summary><c>GET /</c></summary>
    public static Task<IResult> HomeAsync(HttpContext context) => Page.AnybodyAsync(
        context, exchange => Task.FromResult(Page.SeeOther(exchange.CallerOrNull is null ? "/sign-in" : "/inbox")));

    /// <summary><c>GET /sign-in</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.AnybodyAsync(
        context, exchange => ShowAsync(exchange, ReturnPath.Of(exchange.Request.Query["next"].ToString()), null));

    /// <summary><c>POST /sign-in</c></summary>
    public static Task<IResult> SignInAsync(HttpContext context) => Page.AnybodyAsync(context, async exchange =>
    {
        IFormCollection form = await RequestBody.ReadFormAsync(exchange.Request, exchange.Aborted);
        string next = ReturnPath.Of(exchange.Service<FormGuard>().Check(exchange.Http, form, Purpose));
        Caller? caller = await exchange.Service<ApiKeyScheme>().FindAsync(form["key"].ToString().Trim(), exchange.Aborted);
        if (caller is null) return await ShowAsync(exchange, next, "This key is not known here. Check that you copied all of it, or ask an admin for a new one.");
        await exchange.Service<SessionScheme>().BeginAsync(exchange.Http, caller);
        return Page.SeeOther(next);
    });

    /// <summary><c>POST /sign-out</c>: here, and then at the issuer, where the browser would be signed in again without a word.</summary>
    public static Task<IResult> SignOutAsync(HttpContext context) => Page.AnybodyAsync(context, async exchange =>
    {
        IFormCollection form = await RequestBody.ReadFormAsync(exchange.Request, exchange.Aborted);
        exchange.Service<FormGuard>().Check(exchange.Http, form, SignedIn.SignOutPurpose);
        EndedSession? ended = await exchange.Service<SessionScheme>().EndAsync(exchange.Http);
        SignedOutPageModel? elsewhere = exchange.Service<AppServiceScheme>().SignOutOf(exchange.CallerOrNull)
            ?? (ended is null ? null : await exchange.Service<IssuerSignOut>().FindAsync(ended, exchange.Aborted));
        return elsewhere is null ? Page.SeeOther("/sign-in") : await PageRenderer.RenderAsync<SignedOutPage>(exchange.Http, elsewhere);
    });

    private static async Task<IResult> ShowAsync(Exchange exchange, string next, string? error) => await PageRenderer.RenderAsync<SignInPage>(
        exchange.Http,
        new SignInPageModel(exchange.Service<FormGuard>().Issue(exchange.Http, Purpose, next), error, Choices(exchange, next)),
        error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);

    private static IReadOnlyList<SignInChoice> Choices(Exchange exchange, string next) =>
    [
        .. exchange.Service<AppServiceScheme>().SignInAt(next) is { } platform ? [platform] : Array.Empty<SignInChoice>(),
        .. exchange.Service<IssuerRegistry>().SignIns.Select(issuer =>
            new SignInChoice(issuer.Title, $"/sign-in/{issuer.Name}?next={Uri.EscapeDataString(next)}{(exchange.Request.Query["mfa"] == "1" ? "&mfa=1" : "")}")),
    ];
}

/// <summary>What the sign-in page shows.</summary>
/// <param name="Choices">The issuers, in the order of the configuration.</param>
public sealed record SignInPageModel(string Guard, string? Error, IReadOnlyList<SignInChoice> Choices);

/// <param name="Url">A path of this site.</param>
public sealed record SignInChoice(string Title, string Url);

/// <summary>What the page after signing out shows.</summary>
/// <param name="Title">Where the person is still signed in.</param>
/// <param name="Url">Ends that too.</param>
public sealed record SignedOutPageModel(string Title, string Url);
