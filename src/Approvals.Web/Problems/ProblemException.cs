namespace Approvals.Web.Problems;

/// <summary>Ends a request with a problem. <see cref="Exception.Message"/> is the problem's <c>detail</c>: it names the remedy and repeats no payload.</summary>
public sealed class ProblemException(ProblemType type, string detail) : Exception(detail)
{
    public ProblemType Type { get; } = type;

    /// <summary>JSON Pointer (RFC 6901) into the request's body, or the name of a query parameter or header.</summary>
    public string? Pointer { get; init; }

    /// <summary>Stable code of what exactly is wrong, where the type leaves it open, e.g. <c>jwt_expired</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>When trying again can help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The <c>Allow</c> header of a 405.</summary>
    public string? Allow { get; init; }

    /// <summary>The <c>WWW-Authenticate</c> header of a 401.</summary>
    public string? Challenge { get; init; }
}
