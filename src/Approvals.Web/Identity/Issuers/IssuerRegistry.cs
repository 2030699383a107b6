using System.Collections.Frozen;
using Approvals.Ledger.Tokens;

namespace Approvals.Web.Identity.Issuers;

/// <summary>The issuers of the configuration, and the verification of their tokens. Calls may overlap.</summary>
internal sealed class IssuerRegistry : IDisposable
{
    private readonly FrozenDictionary<string, IssuerKeys> byName;
    private readonly FrozenDictionary<string, IssuerKeys> byUrl;
    private readonly TimeProvider time;

    public IssuerRegistry(ApprovalsWebOptions options, IssuerBackchannel backchannel, TimeProvider time)
    {
        this.time = time;
        IssuerKeys[] all = [.. options.Identity.Issuers.Select(issuer => new IssuerKeys(issuer, backchannel, time))];
        byName = all.ToFrozenDictionary(keys => keys.Issuer.Name);
        byUrl = all.ToFrozenDictionary(keys => keys.Issuer.Url);
        SignIns = [.. options.Identity.Issuers.Where(issuer => issuer.SignIn is not null)];
        HasWorkloads = options.Identity.Issuers.Any(issuer => issuer.Workloads is not null);
    }

    /// <summary>Where people may sign in, in the order of the configuration.</summary>
    public IReadOnlyList<Issuer> SignIns { get; }

    public bool HasWorkloads { get; }

    public IssuerKeys? Named(string name) => byName.GetValueOrDefault(name);

    /// <param name="url">Compared exactly: no mercy on a trailing slash, case or look-alikes.</param>
    public IssuerKeys? Of(string url) => byUrl.GetValueOrDefault(url);

    public void Dispose()
    {
        foreach (IssuerKeys keys in byName.Values) keys.Dispose();
    }

    /// <summary>Verifies a token of this issuer; asks for its keys anew when it names one that is not known.</summary>
    /// <exception cref="Problems.ProblemException"><c>issuer_unavailable</c>.</exception>
    public async ValueTask<VerifiedToken> VerifyAsync(
        IssuerKeys issuer, string token, IReadOnlyList<string?> types, string audience, CancellationToken cancellationToken)
    {
        var expectations = new JwtExpectations(issuer.Issuer.Url, audience) { ClockSkew = issuer.Issuer.ClockSkew, IsSoleAudience = true };
        IssuerKeys.Known known = await issuer.GetAsync(cancellationToken);
        VerifiedToken result = Verify(known);
        if (result.Failure?.Code != "jws_kid_unknown") return result;
        IssuerKeys.Known newer = await issuer.RefreshAsync(known, cancellationToken);
        return ReferenceEquals(newer, known) ? result : Verify(newer);

        VerifiedToken Verify(IssuerKeys.Known with) => Jwt.TryVerify(token, with.Keys, types, expectations, time.GetUtcNow(), out JwtClaims? claims, out Ledger.VerificationFailure? failure)
            ? new VerifiedToken(claims, null)
            : new VerifiedToken(null, failure);
    }
}

/// <summary>Verified claims, or why there are none.</summary>
internal readonly record struct VerifiedToken(JwtClaims? Claims, Ledger.VerificationFailure? Failure);
