using Approvals.Ledger.Tokens;
using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Approvals.Web.Identity.Workloads;

/// <summary>
/// Tokens of issuers as bearer tokens (RFC 6750): CI jobs, managed identities, service accounts. The issuer's signature, its exact name, an
/// audience that is this gate's alone, and a claim rule of the configuration make a caller; anything else is refused.
/// </summary>
internal sealed class IssuerTokenScheme(IssuerRegistry issuers, KnownIdentities identities, IDirectory directory) : ICallerScheme
{
    private const string Bearer = "Bearer ";
    private const int MaxSubject = 255;
    private const int MaxOwners = 20;

    // RFC 9068 access tokens, and what issuers wrote before there was one: GitHub and Entra ID "JWT", Kubernetes none.
    private static readonly string?[] Types = [null, "JWT", "at+jwt"];

    public string? Challenge => issuers.HasWorkloads ? "Bearer realm=\"approvals\"" : null;

    public bool IsAmbient => false;

    public async ValueTask<SchemeResult> AuthenticateAsync(HttpContext context)
    {
        StringValues header = context.Request.Headers.Authorization;
        if (!issuers.HasWorkloads || header.Count != 1 || !header[0]!.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return SchemeResult.NotMine;
        string token = header[0]![Bearer.Length..];

        // Only to choose whose keys to try; nothing else of it is believed yet.
        if (Jws.PeekUnverified(token) is not { } payload || !JwtClaims.TryRead(payload, out JwtClaims? claimed, out _))
            return SchemeResult.Refused("Send an API key (apk_…) or a JSON Web Token of an issuer that this gate knows.", "jws_malformed");
        if (claimed.Issuer is not { } url || issuers.Of(url) is not { Issuer.Workloads: { } trust } issuer)
            return SchemeResult.Refused("This gate takes no workload tokens of this issuer. Compare the token's \"iss\" with the configuration, to the letter.", "issuer_unknown");

        VerifiedToken result = await issuers.VerifyAsync(issuer, token, Types, trust.Audience, context.RequestAborted);
        if (result.Claims is not { } claims)
            return SchemeResult.Refused($"The token of '{issuer.Issuer.Name}' is not good here: {result.Failure!.Message} Fetch a new one for the audience that this gate expects.", result.Failure.Code);
        return await MapAsync(issuer.Issuer, trust, claims, context.RequestAborted);
    }

    private async ValueTask<SchemeResult> MapAsync(Issuer issuer, WorkloadTrust trust, JwtClaims claims, CancellationToken cancellationToken)
    {
        if (trust.Rules.FirstOrDefault(rule => rule.Holds(claims.Json)) is not { } rule)
            return SchemeResult.Refused($"No rule of '{issuer.Name}' takes a workload with these claims. An admin of this gate adds one.", "no_rule");
        if (rule.Subject.Value(claims.Json) is not { Length: > 0 and <= MaxSubject } subject || subject.Any(char.IsControl))
            return SchemeResult.Refused($"The token lacks the claim '{rule.Subject}', which names the workload.", "subject_missing");

        var owners = new List<Principal>();
        foreach (PrincipalId owner in rule.Owners)
        {
            // INVARIANT: an owner nobody knows (any more) still stands in the chain, and so never approves (promise 3).
            owners.Add(await directory.FindAsync(owner, cancellationToken) ?? new Principal(PrincipalKind.Human, owner.Issuer, owner.Subject, owner.Subject, []));
        }

        foreach (var claim in rule.OwnerClaims)
        {
            IReadOnlyList<string> named = claim.Values(claims.Json);
            if (named.Count is 0 or > MaxOwners) return Unknown(claim.Text);
            foreach (string name in named)
            {
                // INVARIANT: whoever started it must be known, or they could approve what they asked for under their other name.
                if (await FindPersonAsync(issuer, name, cancellationToken) is not { } person) return Unknown(claim.Text);
                owners.Add(person);
            }
        }

        Principal? onBehalfOf = null;
        if (rule.OnBehalfOf is { } behalf && (behalf.Value(claims.Json) is not { } whom || (onBehalfOf = await FindPersonAsync(issuer, whom, cancellationToken)) is null))
            return Unknown(behalf.Text);

        var principal = new Principal(rule.Kind, issuer.Url, subject, rule.DisplayName ?? subject, rule.Groups);
        return SchemeResult.Accepted(new Caller(principal, rule.Roles, Assurance.Link, $"{issuer.Name}/{rule.Id}")
        {
            Owners = [.. owners.DistinctBy(owner => owner.Id)],
            OnBehalfOf = onBehalfOf,
            IsByClaims = true,
            Actions = rule.Actions,
        });
    }

    private async ValueTask<Principal?> FindPersonAsync(Issuer issuer, string subject, CancellationToken cancellationToken) =>
        identities.Find(issuer.Url, subject) is { } id ? await directory.FindAsync(id, cancellationToken) : null;

    private static SchemeResult Unknown(string claim) => SchemeResult.Refused(
        $"The claim '{claim}' names nobody whom this gate knows. An admin lists the identity of that person at this issuer.", "owner_unknown");
}
