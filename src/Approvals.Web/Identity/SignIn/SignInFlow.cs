using System.Text.Encodings.Web;
using Approvals.Policy;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Approvals.Web.Identity.SignIn;

/// <summary>Signing in at an issuer: there, and back. Stateless: another instance may take the answer.</summary>
internal sealed class SignInFlow(
    IOptionsMonitor<OpenIdConnectOptions> options, UrlEncoder encoder, IssuerRegistry issuers, IssuerBackchannel backchannel, ApprovalsWebOptions web, Admission admission)
{
    /// <summary>Sends the browser to the issuer, in the response of this request.</summary>
    public async Task BeginAsync(HttpContext context, Issuer issuer, string next, bool isStepUp) =>
        await (await OpenAsync(context, issuer)).BeginAsync(next, isStepUp);

    /// <summary>Takes the issuer's answer from the request.</summary>
    /// <exception cref="ProblemException">The person is not signed in, and why.</exception>
    public async Task<SignInResult> CompleteAsync(HttpContext context, Issuer issuer)
    {
        AuthenticationTicket ticket = await (await OpenAsync(context, issuer)).CompleteAsync();
        VerifiedIdToken token = ticket.Properties.GetParameter<VerifiedIdToken>(nameof(VerifiedIdToken))!;
        Identified person = await admission.IdentifyAsync(issuer, issuer.SignIn!, token.All, context.RequestAborted);
        return new SignInResult(person, token.AssuranceFor(issuer.SignIn!), ticket.Properties.GetTokenValue("id_token")!, ticket.Properties.RedirectUri!);
    }

    /// <summary>The issuer of this name, if people sign in there.</summary>
    public Issuer Find(string name) => issuers.Named(name)?.Issuer is { SignIn: not null } issuer ? issuer : throw Exchange.NotFound();

    private async Task<OpenIdConnectHandler> OpenAsync(HttpContext context, Issuer issuer)
    {
        var handler = new OpenIdConnectHandler(options, encoder, issuers, backchannel, web);
        await handler.InitializeAsync(new AuthenticationScheme(issuer.Name, issuer.Title, typeof(OpenIdConnectHandler)), context);
        return handler;
    }
}

/// <param name="IdToken">For the issuer's own sign-out; no credential here.</param>
/// <param name="Next">A path of this site.</param>
internal sealed record SignInResult(Identified Person, Assurance Assurance, string IdToken, string Next);
