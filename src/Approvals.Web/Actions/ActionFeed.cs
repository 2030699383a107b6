using Approvals.Web.Callers;
using Approvals.Web.Notifications;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Approvals.Web.Actions;

/// <summary>
/// Says when something happened to an action, as server-sent events (WHATWG HTML, section 9.2): <c>state</c> with a stamp of what there is to
/// show, at once and after each change, and <c>end</c> when nothing more can happen. It tells no more than that: what happened is on the
/// page. A stream is short of what the Azure load balancer allows (230 seconds); clients connect again by themselves.
/// </summary>
public static class ActionFeed
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(200);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary><c>GET /api/actions/{id}/events</c></summary>
    public static Task<IResult> WatchAsync(HttpContext context) => Api.CallerAsync(context, [], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        bool isHead = HttpMethods.IsHead(exchange.Request.Method);
        return new Stream(exchange, document, isHead ? null : exchange.Service<FeedSeats>().Take(exchange.Caller));
    });

    private sealed class Stream(Exchange exchange, ActionDocument document, IDisposable? seat) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => StatusCodes.Status200OK;

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using IDisposable? taken = seat;
            HttpResponse response = httpContext.Response;
            response.ContentType = "text/event-stream; charset=utf-8";
            response.Headers["X-Accel-Buffering"] = "no"; // nginx and those that follow it
            if (seat is null) return;
            httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            CancellationToken stopping = httpContext.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(exchange.Aborted, stopping);
            try
            {
                await WriteAsync(response, over.Token);
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // nobody listens, or the host stops: the client connects again
            }
        }

        private async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
        {
            DateTimeOffset until = exchange.Now + Lifetime;
            string? told = null;
            await response.WriteAsync("retry: 3000\n\n", cancellationToken);
            for (ActionDocument? now = document; now is not null;)
            {
                // Notices are no part of the document: what became of them is seen with the next beat.
                ActionNotices notices = await ActionNotices.LoadAsync(exchange, now);
                string stamp = Timeline.StampOf(now, notices, exchange.Now);
                await response.WriteAsync(stamp == told ? ":\n\n" : $"event: state\ndata: {stamp}\n\n", cancellationToken);
                told = stamp;
                bool isOver = Timeline.IsOver(now, exchange.Now);
                if (isOver) await response.WriteAsync("event: end\ndata: over\n\n", cancellationToken);
                await response.Body.FlushAsync(cancellationToken);
                TimeSpan left = until - exchange.Now;
                if (isOver || left <= TimeSpan.Zero || !await MaySeeAsync(now)) return;

                string shown = stamp;
                now = await exchange.Index.WaitAsync(
                    document.Id, changed => Timeline.StampOf(changed, notices, exchange.Now) != shown, left < Heartbeat ? left : Heartbeat, cancellationToken);
            }
        }

        /// <summary>Asked anew each time: a revoked key or an ended session stops a stream within a heartbeat.</summary>
        private async Task<bool> MaySeeAsync(ActionDocument now)
        {
            SchemeResult caller = await exchange.Service<CallerAuthentication>().AuthenticateAsync(exchange.Http, allowAmbient: true);
            return caller.Caller is { } still && Visibility.MaySee(still, now);
        }
    }
}
