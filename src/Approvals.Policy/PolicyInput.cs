using System.Text.Json;

namespace Approvals.Policy;

/// <summary>All that a policy may look at. Everything in it is redacted: policy never sees a raw value.</summary>
/// <param name="Action"><c>{type, target, parameters, audience, justification}</c>.</param>
/// <param name="Principal"><c>{actor, onBehalfOf, owners}</c>; each principal is <c>{kind, issuer, subject, displayName, groups}</c>.</param>
/// <param name="Context">What the requester said of the circumstances; an object.</param>
/// <param name="Findings">What redaction found: a list of <c>{type, rule, pointer, confidence, operator}</c>.</param>
/// <param name="Now">The time at which the decision is made; a workflow passes the time its history holds.</param>
public sealed record PolicyInput(JsonElement Action, JsonElement Principal, JsonElement Context, JsonElement Findings, DateTimeOffset Now);
