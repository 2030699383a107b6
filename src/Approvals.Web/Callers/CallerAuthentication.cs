using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Callers;

/// <summary>
/// One way to prove who calls. Schemes are asked in the order of their registration; the first that finds something of its own in the
/// request decides. Register a scheme as a singleton <see cref="ICallerScheme"/>; calls overlap.
/// </summary>
public interface ICallerScheme
{
    /// <summary>For <c>WWW-Authenticate</c>, e.g. <c>Bearer realm="approvals"</c>; <see langword="null"/> for schemes that only pages use.</summary>
    string? Challenge { get; }

    /// <summary>
    /// Whether browsers send this credential on their own (a cookie). Such a caller reads the API and uses pages, whose forms carry an
    /// antiforgery token, but changes nothing through the API.
    /// </summary>
    bool IsAmbient { get; }

    ValueTask<SchemeResult> AuthenticateAsync(HttpContext context);
}

/// <summary>What a scheme found: nothing of its own, a credential that is not good, or a caller.</summary>
/// <param name="Refusal">For the caller: what to do about it. Never repeats the credential.</param>
/// <param name="Reason">Stable code of what is wrong with it.</param>
public readonly record struct SchemeResult(Caller? Caller, string? Refusal, string? Reason = null)
{
    public static SchemeResult NotMine => default;

    public static SchemeResult Refused(string remedy, string? reason = null) => new(null, remedy, reason);

    public static SchemeResult Accepted(Caller caller) => new(caller, null);
}

/// <summary>Resolves a request to its caller.</summary>
public sealed class CallerAuthentication(IEnumerable<ICallerScheme> schemes)
{
    private readonly ICallerScheme[] schemes = [.. schemes];

    /// <summary>All challenges, for a 401.</summary>
    public string Challenge => string.Join(", ", schemes.Select(scheme => scheme.Challenge).OfType<string>().Distinct());

    /// <param name="allowAmbient">Whether cookies count here.</param>
    public async ValueTask<SchemeResult> AuthenticateAsync(HttpContext context, bool allowAmbient)
    {
        foreach (ICallerScheme scheme in schemes)
        {
            if (scheme.IsAmbient && !allowAmbient) continue;
            SchemeResult result = await scheme.AuthenticateAsync(context);
            if (result != SchemeResult.NotMine) return result;
        }

        return SchemeResult.NotMine;
    }
}
