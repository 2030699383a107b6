using Approvals.Web.Identity.Issuers;
using Approvals.Web.Pages;
using Approvals.Web.Requests;
using Approvals.Web.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Approvals.Web.Identity.SignIn;

/// <summary>Signing in at an issuer. HEAD does nothing at all: only a browser that follows goes anywhere.</summary>
public static class SignInHandlers
{
    private const int MaxName = 40;

    /// <summary><c>GET /sign-in/{issuer}</c>: to the issuer. <c>?next=</c> a path of this site, <c>?mfa=1</c> asks for a second factor.</summary>
    public static Task<IResult> BeginAsync(HttpContext context) => Page.AnybodyAsync(context, async exchange =>
    {
        var flow = exchange.Service<SignInFlow>();
        Issuer issuer = flow.Find(exchange.RouteValue("issuer", MaxName));
        var query = new QueryParameters(exchange.Request, "next", "mfa");
        bool isStepUp = query.Integer("mfa", 1, 1) is not null;
        if (HttpMethods.IsHead(context.Request.Method)) return Nothing(context);
        PageResult.WriteHeaders(context);
        await flow.BeginAsync(context, issuer, ReturnPath.Of(exchange.Request.Query["next"].ToString()), isStepUp);
        return Results.Empty;
    });

    /// <summary><c>GET /sign-in/{issuer}/callback</c>: back from the issuer.</summary>
    public static Task<IResult> CompleteAsync(HttpContext context) => Page.AnybodyAsync(context, async exchange =>
    {
        var flow = exchange.Service<SignInFlow>();
        Issuer issuer = flow.Find(exchange.RouteValue("issuer", MaxName));
        if (HttpMethods.IsHead(context.Request.Method)) return Nothing(context);
        SignInResult result = await flow.CompleteAsync(context, issuer);
        await exchange.Service<SessionScheme>().BeginAsync(context, result.Person, result.Assurance, result.IdToken);
        exchange.Service<ILoggerFactory>().CreateLogger("Approvals.Web.SignIn").LogInformation(
            "Somebody signed in at {Issuer} with {Assurance}, {Listed}.", issuer.Name, result.Assurance, result.Person.Local is null ? "unlisted" : "listed");
        return Page.SeeOther(result.Next);
    });

    private static IResult Nothing(HttpContext context)
    {
        PageResult.WriteHeaders(context);
        return Results.Empty;
    }
}
