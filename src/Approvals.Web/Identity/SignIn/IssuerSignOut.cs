using Approvals.Web.Identity.Issuers;
using Approvals.Web.Problems;
using Approvals.Web.Sessions;

namespace Approvals.Web.Identity.SignIn;

/// <summary>
/// OpenID Connect RP-Initiated Logout 1.0: after the session here has ended, the one at the issuer. By a link on a page and not by a
/// redirect, which browsers block behind a form under <c>form-action 'self'</c>.
/// </summary>
internal sealed class IssuerSignOut(IssuerRegistry issuers, ApprovalsWebOptions web)
{
    /// <summary>Where to go on to; <see langword="null"/> when the issuer has no sign-out, or cannot be asked now.</summary>
    public async ValueTask<SignedOutPageModel?> FindAsync(EndedSession session, CancellationToken cancellationToken)
    {
        if (issuers.Of(session.IssuerUrl) is not { Issuer.SignIn: { } client } keys) return null;
        Uri? endpoint;
        try
        {
            endpoint = (await keys.GetAsync(cancellationToken)).Document?.EndSession;
        }
        catch (ProblemException)
        {
            return null; // the session here has ended; that is what counts
        }

        if (endpoint is null) return null;
        var query = new List<string> { "client_id=" + Uri.EscapeDataString(client.ClientId) };
        if (session.IdToken is { } hint) query.Add("id_token_hint=" + Uri.EscapeDataString(hint));
        query.Add("post_logout_redirect_uri=" + Uri.EscapeDataString(new Uri(web.PublicUrl, "/sign-in").AbsoluteUri));
        var url = new UriBuilder(endpoint);
        url.Query = string.Join('&', url.Query.Length > 1 ? query.Prepend(url.Query[1..]) : query);
        return new SignedOutPageModel(keys.Issuer.Title, url.Uri.AbsoluteUri);
    }
}
