using Approvals.Web.Problems;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Requests;

/// <summary>
/// How many bytes of request bodies may be in memory at once, so that a flood of requests is refused and not kept. What a body takes is given back when its
/// request ends. A body of unknown length counts as the largest that is taken.
/// </summary>
internal sealed class BodyBudget
{
    /// <summary>128 of the largest bodies, or some ten thousand usual ones.</summary>
    private const long Total = 128L * RequestBody.MaxBytes;

    /// <summary>What a request costs besides its body.</summary>
    private const long Least = 8 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private long left = Total;

    /// <exception cref="ProblemException">503 <c>busy</c>.</exception>
    public void Take(HttpRequest request)
    {
        long cost = Least + Math.Min(request.ContentLength ?? RequestBody.MaxBytes, RequestBody.MaxBytes);
        if (Interlocked.Add(ref left, -cost) < 0)
        {
            Interlocked.Add(ref left, cost);
            throw new ProblemException(ProblemTypes.Busy, "Nothing was accepted; send the request again after the time in Retry-After.") { RetryAfter = RetryAfter };
        }

        request.HttpContext.Response.RegisterForDispose(new Share(this, cost));
    }

    private sealed class Share(BodyBudget budget, long cost) : IDisposable
    {
        private long taken = cost;

        public void Dispose() => Interlocked.Add(ref budget.left, Interlocked.Exchange(ref taken, 0));
    }
}
