using Approvals.Web.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Approvals.Web;

public static class ApprovalsRoutingExtensions
{
    /// <summary>
    /// Maps every route of the gate, and answers what is not there or not allowed as the API does. GET routes answer HEAD too
    /// (RFC 9110 section 9.3.2).
    /// </summary>
    public static void MapApprovals(this IEndpointRouteBuilder endpoints)
    {
        foreach (WebRoute route in ApprovalsRoutes.All)
        {
            string[] methods = route.Method == "GET" ? ["GET", "HEAD"] : [route.Method];
            endpoints.MapMethods(route.Pattern, methods, Execute(route.Handler)).WithName(route.Name);
        }

        // A method that a pattern does not take ends here too: with this route beside them, routing has no 405 of its own to give.
        foreach (string pattern in ApprovalsRoutes.All.Select(route => route.Pattern).Distinct()) endpoints.Map(pattern, Execute(Unrouted.AnswerAsync));
        endpoints.MapFallback("{*path}", Execute(Unrouted.AnswerAsync));
    }

    private static RequestDelegate Execute(Func<HttpContext, Task<IResult>> handler) => async context =>
    {
        IResult result = await handler(context);
        await result.ExecuteAsync(context);
    };
}
