using System.Net;
using System.Text.Json;
using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Tests.Identity;

/// <summary>Workloads ask with tokens of their own platform: who they are, who answers for them, and what they may ask for.</summary>
public sealed class WorkloadTests
{
    private const string Ask = """{"type":"data.export","target":"s3://partner","justification":"monthly"}""";

    [Fact]
    public async Task Job_asks_is_approved_redeems_and_reports_with_its_token()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        using HttpClient job = gate.Client(gate.Tokens.Good["ES256"]);
        HttpResponseMessage asked = await job.PostAsync("/api/actions", Gate.Json(Ask));
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        string id = (await Gate.ReadAsync(asked)).GetProperty("id").GetString()!;
        ActionDocument document = await gate.Gate.UntilAsync(id, shown => shown.Status == ActionStatus.InReview);
        Assert.Equal(new PrincipalId(StaticIssuer.Name, "repo:octo-org/exports:environment:production"), document.Request.Chain.Actor.Id);
        Assert.Equal(PrincipalKind.Service, document.Request.Chain.Actor.Kind);

        using HttpClient ann = gate.Gate.Client(Gate.Ann);
        await ann.PostAsync($"/api/actions/{id}/votes", Gate.Json($$"""{"verdict":"approve","viewDigest":"{{document.View!.Digest}}","justification":"yes"}"""));
        await gate.Gate.UntilAsync(id, shown => shown.Status == ActionStatus.Approved);
        JsonElement release = await Gate.ReadAsync(await job.GetAsync($"/api/actions/{id}/release"));
        string redeem = JsonSerializer.Serialize(new { token = release.GetProperty("token").GetString(), actionDigest = document.Request.ActionDigest });

        // The same subject at another issuer, or with an API key, is somebody else.
        gate.Gate.AddKey(new Principal(PrincipalKind.Service, Principal.LocalIssuer, "repo:octo-org/exports:environment:production", "Namesake", []), [Workflow.Ports.Role.Requester]);
        using HttpClient namesake = gate.Client(gate.Gate.KeyOf(new Principal(PrincipalKind.Service, Principal.LocalIssuer, "repo:octo-org/exports:environment:production", "", [])));
        await Contract.IsProblemAsync(await namesake.PostAsync("/api/releases/redeem", Gate.Json(redeem)), ProblemTypes.OtherAudience, "redeem-release");
        await Contract.IsProblemAsync(await namesake.GetAsync("/api/actions/" + id), ProblemTypes.NotFound);
        Assert.Equal(HttpStatusCode.OK, (await job.PostAsync("/api/releases/redeem", Gate.Json(redeem))).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await job.PostAsync($"/api/actions/{id}/receipt", Gate.Json("""{"outcome":"succeeded"}"""))).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Owner_does_not_approve_whether_the_rule_or_a_claim_names_them(bool byClaim)
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync(rule =>
        {
            if (byClaim) rule.OwnerClaims = ["actor", "triggers"];
            else rule.Owners = ["ann"];
        });
        using HttpClient job = gate.Client(gate.Tokens.Good["RS256"]);
        string id = (await Gate.ReadAsync(await job.PostAsync("/api/actions", Gate.Json(Ask)))).GetProperty("id").GetString()!;
        ActionDocument document = await gate.Gate.UntilAsync(id, shown => shown.Status == ActionStatus.InReview);
        Assert.Equal(Gate.Ann.Id, Assert.Single(document.Request.Chain.Owners).Id);

        using HttpClient ann = gate.Gate.Client(Gate.Ann);
        HttpResponseMessage vote = await ann.PostAsync($"/api/actions/{id}/votes", Gate.Json($$"""{"verdict":"approve","viewDigest":"{{document.View!.Digest}}","justification":"mine"}"""));

        await Contract.IsProblemAsync(vote, ProblemTypes.InPrincipalChain, "vote");
    }

    [Fact]
    public async Task Job_started_by_somebody_nobody_knows_is_refused()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync(rule => rule.OwnerClaims = ["actor"], annIs: []);
        Assert.Equal("owner_unknown", (await gate.AuthenticateAsync(gate.Tokens.Good["RS256"])).Reason);
    }

    [Fact]
    public async Task Whom_a_workload_acts_for_is_said_by_claims_alone()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync(rule => rule.OnBehalfOf = "actor");
        using HttpClient job = gate.Client(gate.Tokens.Good["RS256"]);
        JsonElement accepted = await Gate.ReadAsync(await job.PostAsync("/api/actions", Gate.Json(Ask)));
        Assert.Equal("ann", accepted.GetProperty("subject").GetProperty("subject").GetString());

        string other = """{"type":"data.export","target":"t","justification":"j","onBehalfOf":"ben"}""";
        await Contract.IsProblemAsync(await job.PostAsync("/api/actions", Gate.Json(other)), ProblemTypes.InvalidValue, "submit-action");
        Assert.Equal(HttpStatusCode.Accepted, (await job.PostAsync("/api/actions", Gate.Json(other.Replace("ben", "ann")))).StatusCode);
    }

    [Fact]
    public async Task Workload_whose_claims_name_nobody_acts_for_nobody()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        using HttpClient job = gate.Client(gate.Tokens.Good["RS256"]);
        string other = """{"type":"data.export","target":"t","justification":"j","onBehalfOf":"ann"}""";
        await Contract.IsProblemAsync(await job.PostAsync("/api/actions", Gate.Json(other)), ProblemTypes.InvalidValue, "submit-action");
    }

    [Theory]
    [InlineData("ask", true)]
    [InlineData("ask read", true)]
    [InlineData("as", false)]
    [InlineData("admin", false)]
    public async Task Rule_may_ask_for_scopes(string scopes, bool isTaken)
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync(rule => rule.Scopes = scopes.Split(' '));
        SchemeResult result = await gate.AuthenticateAsync(gate.Tokens.Good["RS256"]);
        Assert.Equal(isTaken, result.Caller is not null);
    }

    [Fact]
    public async Task Rule_bounds_the_types_of_actions()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync(rule => rule.Actions = ["data.*", "deploy"]);
        using HttpClient job = gate.Client(gate.Tokens.Good["RS256"]);
        Assert.Equal(HttpStatusCode.Accepted, (await job.PostAsync("/api/actions", Gate.Json(Ask))).StatusCode);
        await Contract.IsProblemAsync(await job.PostAsync("/api/actions", Gate.Json(Ask.Replace("data.export", "iam.role.assign"))), ProblemTypes.OutOfScope, "submit-action");
        await Contract.IsProblemAsync(await job.PostAsync("/api/actions", Gate.Json(Ask.Replace("data.export", "deployment"))), ProblemTypes.OutOfScope, "submit-action");
    }

    [Fact]
    public async Task Agent_gets_the_roles_of_its_rule_and_no_other()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync(rule => (rule.Kind, rule.Roles) = ("agent", ["auditor"]));
        using HttpClient agent = gate.Client(gate.Tokens.Good["RS256"]);
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync("/api/actions")).StatusCode);
        await Contract.IsProblemAsync(await agent.PostAsync("/api/actions", Gate.Json(Ask)), ProblemTypes.Forbidden);
        await Contract.IsProblemAsync(await agent.GetAsync("/api/principals"), ProblemTypes.Forbidden);
    }

    [Fact]
    public async Task Token_of_a_workload_is_no_session_and_api_keys_still_count()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        using HttpClient key = gate.Gate.Client(Gate.Etl);
        Assert.Equal(HttpStatusCode.OK, (await key.GetAsync("/api/actions")).StatusCode);
        using var visitor = new Visitor(gate.Gate.Url);
        visitor.Cookies["approvals-session"] = gate.Tokens.Good["RS256"];
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.SendAsync(HttpMethod.Get, "/inbox")).StatusCode);
    }
}
