using Approvals.Web.Problems;
using Approvals.Web.Requests;
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

        foreach (IGrouping<string, WebRoute> pattern in ApprovalsRoutes.All.GroupBy(route => route.Pattern))
        {
            string allow = AllowedMethods(pattern);
            endpoints.Map(pattern.Key, Execute(context => RefuseMethodAsync(context, allow)));
        }

        endpoints.MapFallback("{*path}", Execute(NotFoundAsync));
    }

    private static string AllowedMethods(IEnumerable<WebRoute> routes) =>
        string.Join(", ", routes.SelectMany(route => route.Method == "GET" ? ["GET", "HEAD"] : new[] { route.Method }).Distinct());

    private static RequestDelegate Execute(Func<HttpContext, Task<IResult>> handler) => async context =>
    {
        IResult result = await handler(context);
        await result.ExecuteAsync(context);
    };

    private static Task<IResult> RefuseMethodAsync(HttpContext context, string allow) => Api.AnybodyAsync(
        context, _ => throw new ProblemException(ProblemTypes.MethodNotAllowed, $"Use one of: {allow}.") { Allow = allow });

    private static Task<IResult> NotFoundAsync(HttpContext context) => Api.AnybodyAsync(context, _ => throw Exchange.NotFound());
}
