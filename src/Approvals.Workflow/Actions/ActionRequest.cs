using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Actions;

/// <summary>
/// The orchestration's input: all that history may know of a request. What the caller wrote (target, parameters, context, justification)
/// is not here but sealed in the vault under <see cref="Id"/>. Wire format: stands in histories.
/// </summary>
/// <param name="Id">UUIDv7; also the instance id.</param>
/// <param name="Type">The action's type, e.g. <c>data.export</c>: lower-case words, dots, dashes, underscores.</param>
/// <param name="ActionDigest"><c>sha256:</c> and the hex digest of the canonical action binding.</param>
/// <param name="ExpiresAt">No release after this.</param>
/// <param name="Audience">Who may redeem the release; <see langword="null"/> is the actor.</param>
/// <param name="CallbackUrl">Where the decision is announced; checked against the allowed hosts before it gets here.</param>
public sealed record ActionRequest(
    string Id,
    string Type,
    PrincipalChain Chain,
    string ActionDigest,
    DateTimeOffset RequestedAt,
    DateTimeOffset ExpiresAt,
    string? Audience,
    string? CallbackUrl)
{
    /// <summary>W3C <c>traceparent</c> of the caller.</summary>
    public string? TraceParent { get; init; }
}
