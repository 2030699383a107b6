using Approvals.Web.Identity;

namespace Approvals.Web;

/// <summary>What a host may set. Everything has a value that is safe on one machine.</summary>
public sealed class ApprovalsWebOptions
{
    /// <summary>
    /// Where people reach the gate, e.g. <c>https://approvals.example</c>: review links begin with it and cookies are marked secure when it
    /// is https. A host that learns its port late sets it before the first request.
    /// </summary>
    public Uri PublicUrl { get; set; } = new("http://localhost:5080");

    /// <summary>How long an action may take when the request does not say.</summary>
    public TimeSpan DefaultExpiry { get; set; } = TimeSpan.FromHours(24);

    public TimeSpan MinimumExpiry { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan MaximumExpiry { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Exact host names that a <c>callbackUrl</c> may name; none are allowed when empty.</summary>
    public IReadOnlyList<string> CallbackHosts { get; set; } = [];

    /// <summary>How long a vote or a cancellation waits for its effect before the answer is 202.</summary>
    public TimeSpan EffectWait { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whose word on identities is taken.</summary>
    public IdentityOptions Identity { get; set; } = new();

    /// <summary>How long a person stays signed in.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>
    /// Requests a second that one caller may make for long; <see langword="null"/> for no limit. Counted in this process: with several
    /// instances the limit is each one's own, so it is a first defence and not a quota.
    /// </summary>
    public double? RequestsPerSecond { get; set; } = 200;

    /// <summary>Requests that one caller may make at once.</summary>
    public int RequestBurst { get; set; } = 1000;

    /// <summary>Whether people come by https, so that cookies are for https only.</summary>
    internal bool IsSecure => PublicUrl.Scheme == Uri.UriSchemeHttps;
}
