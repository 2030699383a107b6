using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Approvals.Web.Identity.SignIn;

/// <summary>
/// OpenID Connect on the framework's OAuth handler: from there come the state, its correlation cookie and PKCE; from here the endpoints by
/// discovery, the nonce, client authentication, and the ID token. Made per request by <see cref="SignInFlow"/> and registered as no
/// authentication scheme: authentication middleware, which the Functions worker has not, would otherwise answer the callback on one host alone.
/// </summary>
internal sealed class OpenIdConnectHandler(
    IOptionsMonitor<OpenIdConnectOptions> options, UrlEncoder encoder, IssuerRegistry issuers, IssuerBackchannel backchannel, ApprovalsWebOptions web)
    // The base class logs what the issuer's redirect says, which anybody can write: it gets no log.
    : OAuthHandler<OpenIdConnectOptions>(options, NullLoggerFactory.Instance, encoder)
{
    /// <summary>How long a person may take at the issuer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private const string NonceKey = "nonce";
    private const string StepUpKey = "step-up";

    private IssuerDocument document = null!;

    private Issuer Issuer => Options.Issuer;

    private CancellationToken Aborted => Context.RequestAborted;

    private string RedirectUri => new Uri(web.PublicUrl, Options.CallbackPath).AbsoluteUri;

    /// <summary>Sends the browser to the issuer.</summary>
    /// <param name="next">Where to go afterwards.</param>
    /// <param name="isStepUp">Whether a second factor is asked for.</param>
    public async Task BeginAsync(string next, bool isStepUp)
    {
        document = await DocumentAsync();
        var properties = new AuthenticationProperties { RedirectUri = next, IssuedUtc = TimeProvider.GetUtcNow() };
        if (isStepUp) properties.Items[StepUpKey] = "";
        await ChallengeAsync(properties);
    }

    /// <summary>Takes the issuer's answer: claims that are verified, and where to go.</summary>
    /// <exception cref="ProblemException">Whatever is wrong with it.</exception>
    public async Task<AuthenticationTicket> CompleteAsync()
    {
        document = await DocumentAsync();
        HandleRequestResult result = await HandleRemoteAuthenticateAsync();
        if (result.Succeeded) return result.Ticket;

        // The base class fails without properties when the state is not ours; "error" counts only behind that.
        bool isRefusal = result.Properties is not null && Request.Query["error"].ToString().Length > 0;
        throw isRefusal
            ? new ProblemException(ProblemTypes.SignInRefused, $"{Issuer.Title} did not sign you in. Try again, or ask its administrator whether you may use this application.")
            : StateLost();
    }

    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri)
    {
        // The nonce binds the ID token to this sign-in; it travels in the state, which is encrypted and bound to this browser.
        string nonce = Base64UrlTextEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        properties.Items[NonceKey] = nonce;
        // The base class knows one endpoint for all time; its query is what is wanted.
        var query = new StringBuilder(new Uri(base.BuildChallengeUrl(properties, RedirectUri)).Query.TrimStart('?'));
        Append("nonce", nonce);
        if (properties.Items.ContainsKey(StepUpKey))
        {
            foreach ((string name, string value) in Options.Client.StepUp) Append(name, value);
        }

        var endpoint = new UriBuilder(document.Authorization ?? throw Lacks("authorization_endpoint"));
        endpoint.Query = endpoint.Query.Length > 1 ? $"{endpoint.Query}&{query}" : query.ToString();
        return endpoint.Uri.AbsoluteUri;

        void Append(string name, string value) => query.Append('&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
    }

    protected override async Task<OAuthTokenResponse> ExchangeCodeAsync(OAuthCodeExchangeContext context)
    {
        // The state itself never ages, and a browser may keep a cookie longer than it was told.
        if (context.Properties.IssuedUtc is not { } begun || TimeProvider.GetUtcNow() - begun >= Patience) throw StateLost();

        // RFC 9207: the answer of one issuer is none of another.
        string named = Request.Query["iss"].ToString();
        if (named.Length > 0 ? named != Issuer.Url : document.NamesItself) throw StateLost();

        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = context.Code,
            ["redirect_uri"] = RedirectUri,
            [OAuthConstants.CodeVerifierKey] = context.Properties.Items[OAuthConstants.CodeVerifierKey]!,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, document.Token ?? throw Lacks("token_endpoint"));
        await AuthenticateAsync(request, form);
        request.Content = new FormUrlEncodedContent(form);
        (HttpStatusCode status, byte[] body) = await backchannel.SendAsync(Issuer, request, Aborted);

        // RFC 6749 section 5.2. A used or foreign code is the commonest reason; a wrong client secret is the operator's.
        if (status is HttpStatusCode.BadRequest)
            throw new ProblemException(ProblemTypes.SignInState, $"{Issuer.Title} does not accept this answer of its own (any more). Sign in again from the beginning.");
        if (status is not HttpStatusCode.OK)
            throw IssuerBackchannel.Unavailable(Issuer, $"answered the token request with {(int)status}; an operator checks client id and secret");
        return OAuthTokenResponse.Success(JsonSerializer.SerializeToDocument(IssuerBackchannel.Parse(Issuer, body)));
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        string idToken = tokens.Response!.RootElement.TryGetProperty("id_token", out JsonElement member) && member.ValueKind == JsonValueKind.String ? member.GetString()! : "";
        VerifiedIdToken verified = await IdToken.VerifyAsync(issuers, Issuer, Options.Client, idToken, properties.Items[NonceKey]!, Aborted);
        JsonElement? userInfo = null;
        if (document.UserInfo is { } endpoint && verified.Lacks(Options.Client))
        {
            userInfo = IssuerBackchannel.Parse(Issuer, await backchannel.GetAsync(Issuer, endpoint, tokens.AccessToken, Aborted));
        }

        var ticket = new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Scheme.Name);
        ticket.Properties.SetParameter(nameof(VerifiedIdToken), verified.With(userInfo, Issuer));
        ticket.Properties.StoreTokens([new AuthenticationToken { Name = "id_token", Value = idToken }]);
        return ticket;
    }

    /// <summary>RFC 6749 section 2.3.1, RFC 7523 section 2.2; a public client names itself alone.</summary>
    private async ValueTask AuthenticateAsync(HttpRequestMessage request, Dictionary<string, string> form)
    {
        SignInClient client = Options.Client;
        if (client.ClientSecret is { } secret && document.TakesBasic)
        {
            string credentials = $"{WebUtility.UrlEncode(client.ClientId)}:{WebUtility.UrlEncode(secret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
            return;
        }

        form["client_id"] = client.ClientId;
        if (client.ClientSecret is { } posted) form["client_secret"] = posted;
        if (client.Assertion is { } assertion)
        {
            form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            form["client_assertion"] = await assertion(Aborted);
        }
    }

    private async ValueTask<IssuerDocument> DocumentAsync() =>
        (await issuers.Named(Issuer.Name)!.GetAsync(Aborted)).Document!; // there is one wherever people sign in

    private ProblemException Lacks(string endpoint) => IssuerBackchannel.Unavailable(Issuer, $"names no {endpoint}, so nobody can sign in there");

    private static ProblemException StateLost() =>
        new(ProblemTypes.SignInState, "This sign-in did not begin in this browser, took longer than 15 minutes, or was finished before. Sign in again from the beginning, with cookies allowed.");
}
