using Approvals.Web.Callers;
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
        context, exchange => ShowAsync(exchange, Next(exchange.Request.Query["next"].ToString()), null));

    /// <summary><c>POST /sign-in</c></summary>
    public static Task<IResult> SignInAsync(HttpContext context) => Page.AnybodyAsync(context, async exchange =>
    {
        IFormCollection form = await RequestBody.ReadFormAsync(exchange.Request, exchange.Aborted);
        string next = Next(exchange.Service<FormGuard>().Check(exchange.Http, form, Purpose));
        Caller? caller = await exchange.Service<ApiKeyScheme>().FindAsync(form["key"].ToString().Trim(), exchange.Aborted);
        if (caller is null) return await ShowAsync(exchange, next, "This key is not known here. Check that you copied all of it, or ask an admin for a new one.");
        exchange.Service<SessionScheme>().Begin(exchange.Http, caller);
        return Page.SeeOther(next);
    });

    /// <summary><c>POST /sign-out</c></summary>
    public static Task<IResult> SignOutAsync(HttpContext context) => Page.AnybodyAsync(context, async exchange =>
    {
        IFormCollection form = await RequestBody.ReadFormAsync(exchange.Request, exchange.Aborted);
        exchange.Service<FormGuard>().Check(exchange.Http, form, SignedIn.SignOutPurpose);
        exchange.Service<SessionScheme>().End(exchange.Http);
        return Page.SeeOther("/sign-in");
    });

    private static async Task<IResult> ShowAsync(Exchange exchange, string next, string? error) => await PageRenderer.RenderAsync<SignInPage>(
        exchange.Http,
        new SignInPageModel(exchange.Service<FormGuard>().Issue(exchange.Http, Purpose, next), error),
        error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);

    /// <summary>Only a path of this site: anything else would make the sign-in page a way to send people elsewhere.</summary>
    private static string Next(string path) =>
        path.Length is > 1 and < 500 && path[0] == '/' && path[1] is not ('/' or '\\') && !path.Any(char.IsControl) ? path : "/inbox";
}

/// <summary>What the sign-in page shows.</summary>
public sealed record SignInPageModel(string Guard, string? Error);
