using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace Approvals.Web.Routing;

/// <summary>What no route takes: 405 where the path is one of ours under another method, 404 elsewhere. For the last, catch-all route of a host.</summary>
public static class Unrouted
{
    private static readonly (TemplateMatcher Path, string Allow)[] Patterns =
    [
        .. ApprovalsRoutes.All.GroupBy(route => route.Pattern).Select(routes => (
            new TemplateMatcher(TemplateParser.Parse(routes.Key.TrimStart('/')), []),
            string.Join(", ", routes.SelectMany(route => route.Method == "GET" ? ["GET", "HEAD"] : new[] { route.Method }).Distinct()))),
    ];

    public static Task<IResult> AnswerAsync(HttpContext context) => Api.AnybodyAsync(context, exchange =>
        throw (AllowedAt(exchange.Request.Path) is { } allow
            ? new ProblemException(ProblemTypes.MethodNotAllowed, $"Use one of: {allow}.") { Allow = allow }
            : Exchange.NotFound()));

    private static string? AllowedAt(PathString path) =>
        Patterns.FirstOrDefault(pattern => pattern.Path.TryMatch(path, [])).Allow;
}
