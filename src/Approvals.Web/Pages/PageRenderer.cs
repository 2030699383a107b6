using Approvals.Web.Problems;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Approvals.Web.Pages;

/// <summary>
/// Renders a component to a whole page before anything is sent: what fails in it is still an error page, on either host. Razor
/// encodes every value; no component uses raw markup.
/// </summary>
internal static class PageRenderer
{
    public static async Task<PageResult> RenderAsync<TPage>(HttpContext context, object model, int status = StatusCodes.Status200OK, ProblemException? problem = null, bool isLive = false)
        where TPage : IComponent
    {
        await using var renderer = new HtmlRenderer(context.RequestServices, context.RequestServices.GetRequiredService<ILoggerFactory>());
        string html = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var page = await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(new Dictionary<string, object?> { ["Model"] = model }));
            return page.ToHtmlString();
        });
        return new PageResult(html, status) { Problem = problem, IsLive = isLive };
    }
}
