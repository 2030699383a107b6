using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Pages;

/// <summary>Around every page: the same as <see cref="Api"/> around the API, but what goes wrong is told on a page.</summary>
internal static class Page
{
    /// <summary>A page that anybody may open; a signed-in person is known where there is one.</summary>
    public static Task<IResult> AnybodyAsync(HttpContext context, Func<Exchange, Task<IResult>> handle) => RunAsync(context, isForSignedIn: false, handle);

    /// <summary>A page for signed-in people; others are sent to sign in first.</summary>
    public static Task<IResult> SignedInAsync(HttpContext context, Func<Exchange, Task<IResult>> handle) => RunAsync(context, isForSignedIn: true, handle);

    /// <summary>After a POST: a GET of this path.</summary>
    public static IResult SeeOther(string path) => new SeeOtherResult(path);

    private static async Task<IResult> RunAsync(HttpContext context, bool isForSignedIn, Func<Exchange, Task<IResult>> handle)
    {
        Caller? caller = null;
        try
        {
            SchemeResult session = await context.RequestServices.GetRequiredService<CallerAuthentication>().AuthenticateAsync(context, allowAmbient: true);
            caller = session.Caller;
            Api.LimitRate(context, caller);
            if (isForSignedIn && session.Caller is null)
            {
                bool isGet = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
                return SeeOther("/sign-in" + (isGet ? "?next=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString) : ""));
            }

            return await handle(await Exchange.BeginAsync(context, session.Caller));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest); // nobody reads it
        }
        catch (Exception exception)
        {
            ProblemException? problem = Api.ProblemOf(exception);
            string? traceId = problem is null ? Api.LogDefect(context, exception) : null;
            problem ??= new ProblemException(ProblemTypes.Internal, "Try again in a moment. If it keeps failing, tell the operator.");
            SignedIn? person = caller is null ? null : SignedIn.Of(context, caller, context.RequestServices.GetRequiredService<FormGuard>());
            return await PageRenderer.RenderAsync<ProblemPage>(
                context, new ProblemPageModel(problem, traceId, SignInFor(problem, caller, context.Request.Path), person), problem.Type.Status, problem);
        }
    }

    /// <summary>Where signing in helps. Only paths of actions are named: a review link's is a secret, and an address is seen by many.</summary>
    private static string? SignInFor(ProblemException problem, Caller? caller, PathString path)
    {
        if (problem.Type != ProblemTypes.AssuranceTooLow && problem.Type != ProblemTypes.SignInState) return null;
        string next = path.StartsWithSegments("/actions") ? path.Value! : "/inbox";
        bool needsMore = problem.Type == ProblemTypes.AssuranceTooLow && caller?.Assurance >= Assurance.Idp;
        return $"/sign-in?next={Uri.EscapeDataString(next)}{(needsMore ? "&mfa=1" : "")}";
    }

    private sealed class SeeOtherResult(string path) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => StatusCodes.Status303SeeOther;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            PageResult.WriteHeaders(httpContext);
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = path;
            return Task.CompletedTask;
        }
    }
}

/// <param name="SignIn">Where to sign in, when that helps.</param>
public sealed record ProblemPageModel(ProblemException Problem, string? TraceId, string? SignIn, SignedIn? Person)
{
    /// <summary>The type's title, as one says it to the person who reads it.</summary>
    public string Title => Problem.Type switch
    {
        var type when type == ProblemTypes.Forbidden => "Your role does not allow this",
        var type when type == ProblemTypes.NotEligible => "You are not among those who are asked",
        var type when type == ProblemTypes.AlreadyVoted => "You have voted",
        var type => type.Title,
    };
}
