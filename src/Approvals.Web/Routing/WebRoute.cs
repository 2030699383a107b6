using Approvals.Web.Problems;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Routing;

/// <summary>One route of the gate, the same on every host.</summary>
/// <param name="Name">Stable, e.g. <c>submit-action</c>; the <c>operationId</c> of the OpenAPI document.</param>
/// <param name="Pattern">Route pattern without constraints, e.g. <c>/api/actions/{id}</c>.</param>
/// <param name="Handler">Needs nothing but the context: services, route values, body. Never throws for what a caller can do.</param>
public sealed record WebRoute(string Name, string Method, string Pattern, Func<HttpContext, Task<IResult>> Handler)
{
    /// <summary>Status of the answer when all is well; the first is the usual one.</summary>
    internal IReadOnlyList<int> Answers { get; init; } = [StatusCodes.Status200OK];

    /// <summary>What else it answers, beyond what every route may.</summary>
    internal IReadOnlyList<ProblemType> Problems { get; init; } = [];

    internal string Summary { get; init; } = "";

    /// <summary>Name of the request body's schema.</summary>
    internal string? Request { get; init; }

    /// <summary>Name of the answer's schema, or its media type when it is not JSON.</summary>
    internal string? Response { get; init; }

    /// <summary>Whether it is part of the API for programs; the others are pages.</summary>
    internal bool IsApi => Response is not "text/html";
}
