using System.Net;
using System.Text;
using System.Text.Json;
using Approvals.Policy;
using Approvals.Web.Identity;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Tests.Identity;

/// <summary>The header of Azure App Service's own authentication.</summary>
public sealed class AppServiceTests
{
    private const string Tenant = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
    private const string ObjectId = "http://schemas.microsoft.com/identity/claims/objectidentifier";
    private const string Methods = "http://schemas.microsoft.com/claims/authnmethodsreferences";

    [Fact]
    public async Task Header_is_a_sign_in_where_the_host_stands_behind_it()
    {
        await using Gate gate = await StartAsync(standsBehind: true);
        Assert.Contains("Ann Meyer", await (await GetAsync(gate, "/inbox", Header())).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(gate, "/api/actions", Header())).StatusCode);
        Assert.Contains("/.auth/login/aad?post_login_redirect_uri=%2Finbox", await (await GetAsync(gate, "/sign-in", null)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Header_proves_nothing_elsewhere()
    {
        await using Gate gate = await StartAsync(standsBehind: false);
        Assert.Equal(HttpStatusCode.SeeOther, (await GetAsync(gate, "/inbox", Header())).StatusCode);
        await Contract.IsProblemAsync(await GetAsync(gate, "/api/actions", Header()), ProblemTypes.Unauthenticated);
    }

    [Fact]
    public async Task Second_factor_counts_for_policy()
    {
        await using Gate gate = await StartAsync(standsBehind: true);
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromMinutes(30)) { MinimumAssurance = Assurance.IdpMfa });
        string id = (await gate.InReviewAsync()).Id;
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(gate, $"/actions/{id}/review", HeaderWith((Methods, "pwd"), (Methods, "mfa")))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(gate, $"/actions/{id}/review", HeaderWith((Methods, "pwd")))).StatusCode);
    }

    [Fact]
    public async Task Header_is_ambient_like_a_cookie()
    {
        await using Gate gate = await StartAsync(standsBehind: true);
        using HttpClient client = gate.Client();
        client.DefaultRequestHeaders.Add("X-MS-CLIENT-PRINCIPAL", Header());
        await Contract.IsProblemAsync(await client.PostAsync("/api/actions", Gate.Json("{}")), ProblemTypes.Unauthenticated);
    }

    [Theory]
    [InlineData("iss", "https://login.microsoftonline.com/another/v2.0")]
    [InlineData("aud", "another-client")]
    [InlineData("exp", "1")]
    [InlineData("exp", "x")]
    [InlineData(ObjectId, "unknown")]
    [InlineData(ObjectId, "")]
    public async Task Header_about_another_tenant_client_time_or_person_is_refused(string type, string value)
    {
        await using Gate gate = await StartAsync(standsBehind: true);
        await Contract.IsProblemAsync(await GetAsync(gate, "/api/actions", Header(replace: (type, value))), ProblemTypes.Unauthenticated);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("bnVsbA==")]
    [InlineData("e30=")]
    [InlineData("eyJjbGFpbXMiOnt9fQ==")]
    [InlineData("eyJjbGFpbXMiOlt7fV19")]
    [InlineData("eyJjbGFpbXMiOlt7InR5cCI6bnVsbCwidmFsIjoxfV19")]
    [InlineData("/w==")]
    public async Task Header_that_is_no_principal_is_refused(string header)
    {
        await using Gate gate = await StartAsync(standsBehind: true);
        await Contract.IsProblemAsync(await GetAsync(gate, "/api/actions", header), ProblemTypes.Unauthenticated);
    }

    private static async Task<Gate> StartAsync(bool standsBehind)
    {
        Issuer issuer = new IssuerSettings { Name = "entra", Title = "Contoso", Issuer = Tenant, SignIn = new SignInSettings { ClientId = "client", Subject = "oid" } }.ToIssuer();
        var identity = new IdentityOptions
        {
            Issuers = [issuer],
            People = [new PersonAccount(Gate.Ann.Id, [Role.Reviewer], [new PrincipalId(Tenant, "ann-object-id")])],
            AppServiceIssuer = standsBehind ? "entra" : null,
        };
        identity.Check();
        return await Gate.StartAsync(options => options.Identity = identity);
    }

    private static async Task<HttpResponseMessage> GetAsync(Gate gate, string path, string? header)
    {
        using HttpClient client = gate.Client();
        if (header is not null) client.DefaultRequestHeaders.TryAddWithoutValidation("X-MS-CLIENT-PRINCIPAL", header);
        return await client.GetAsync(path);
    }

    private static string HeaderWith(params (string Type, string Value)[] more) => Header(default, more);

    private static string Header((string Type, string Value) replace = default, params (string Type, string Value)[] more)
    {
        List<(string Type, string Value)> claims = [("iss", Tenant), ("aud", "client"), ("exp", Gate.Start.AddHours(1).ToUnixTimeSeconds().ToString()), (ObjectId, "ann-object-id"), ("name", "Ann"), .. more];
        int at = claims.FindIndex(claim => claim.Type == replace.Type);
        if (at >= 0) claims[at] = replace;
        string json = JsonSerializer.Serialize(new { auth_typ = "aad", claims = claims.Select(claim => new { typ = claim.Type, val = claim.Value }), name_typ = "x", role_typ = "y" });
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(json));
    }
}
