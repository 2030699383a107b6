namespace Approvals.Web.Problems;

/// <summary>One kind of error of the HTTP API (RFC 9457). <see cref="Code"/> and <see cref="Status"/> are stable: clients switch on them.</summary>
/// <param name="Code">Snake case; also the last part of the problem's <c>type</c>.</param>
/// <param name="Title">The same for every occurrence.</param>
public sealed record ProblemType(string Code, int Status, string Title)
{
    /// <summary>The problem's <c>type</c>: a name, not an address to be fetched.</summary>
    public string Uri => "urn:approvals:problem:" + Code;
}
