using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Delegations;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Approvals.Web.Requests;

/// <summary>One request with what its handler needs: the caller, the time, the services.</summary>
internal sealed class Exchange
{
    private readonly HttpContext http;
    private readonly Caller? caller;

    private Exchange(HttpContext http, Caller? caller) => (this.http, this.caller) = (http, caller);

    /// <summary>The caller with what people who are away lend them: from here on nobody need ask for that again.</summary>
    public static async Task<Exchange> BeginAsync(HttpContext http, Caller? caller)
    {
        if (caller is not null)
            caller = caller with { Principal = await http.RequestServices.GetRequiredService<Deputies>().WithLentAsync(caller.Principal, http.RequestAborted) };
        return new Exchange(http, caller);
    }

    public HttpContext Http => http;

    public HttpRequest Request => http.Request;

    /// <summary>Who calls; only handlers that let anybody in may see none.</summary>
    public Caller Caller => caller ?? throw new InvalidOperationException("This route lets anybody in and has no caller.");

    public Caller? CallerOrNull => caller;

    public CancellationToken Aborted => http.RequestAborted;

    public ApprovalsWebOptions Options => Service<ApprovalsWebOptions>();

    public IActionIndex Index => Service<IActionIndex>();

    public DateTimeOffset Now => Service<TimeProvider>().GetUtcNow();

    public T Service<T>()
        where T : notnull => http.RequestServices.GetRequiredService<T>();

    /// <summary>A route value; never longer than an id can be.</summary>
    public string RouteValue(string name, int maxLength = 100) =>
        http.Request.RouteValues[name]?.ToString() is { Length: > 0 } value && value.Length <= maxLength ? value : throw NotFound();

    /// <summary>The <c>id</c> of the route, in the one form that ids have.</summary>
    public string ActionId()
    {
        string id = RouteValue("id");
        return Guid.TryParseExact(id, "D", out Guid parsed) && parsed.ToString("D") == id ? id : throw NotFound();
    }

    /// <summary>The action of the route, if this caller may see it.</summary>
    public async Task<ActionDocument> FindActionAsync(Func<Caller, ActionDocument, bool> maySee) =>
        await Index.GetAsync(ActionId(), Aborted) is { } document && maySee(Caller, document) ? document : throw NotFound();

    /// <summary>The action as soon as <paramref name="until"/> holds of it, or as it is when the time is over or the host stops: nobody's wait delays that.</summary>
    public async Task<ActionDocument> WaitAsync(ActionDocument document, Func<ActionDocument, bool> until, TimeSpan timeout)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(
            Aborted, http.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None);
        try
        {
            return await Index.WaitAsync(document.Id, until, timeout, waiting.Token) ?? document;
        }
        catch (OperationCanceledException) when (!Aborted.IsCancellationRequested)
        {
            return await Index.GetAsync(document.Id, Aborted) ?? document;
        }
    }

    /// <summary>The same whether something is not there or not for this caller: a 403 would tell that it exists.</summary>
    public static ProblemException NotFound() =>
        new(ProblemTypes.NotFound, "Check the address and that your credentials may see this.");
}
