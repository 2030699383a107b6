using System.Net;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Tests.Identity;

/// <summary>Separation: an admin makes keys, and makes neither people nor approvals.</summary>
public sealed class PeopleKeyTests
{
    [Theory]
    [InlineData("""{"kind":"human","subject":"invented","roles":["reviewer"],"groups":["data-owners"]}""", "unknown_principal")]
    [InlineData("""{"kind":"human","subject":"Ann","roles":["reviewer"]}""", "unknown_principal")]
    [InlineData("""{"kind":"human","subject":"eve","roles":["reviewer"],"groups":["data-owners"]}""", "invalid_value")]
    [InlineData("""{"kind":"human","subject":"root","roles":["reviewer"],"groups":["data-owners"]}""", "invalid_value")]
    [InlineData("""{"kind":"human","subject":"etl","roles":["reviewer"]}""", "principal_conflict")]
    public async Task Admin_invents_no_approver(string body, string code)
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient root = gate.Client(Gate.Root);
        await Contract.IsProblemAsync(await root.PostAsync("/api/principals", Gate.Json(body)), ProblemTypes.All[code], "create-principal");
    }

    [Theory]
    [InlineData("""{"kind":"human","subject":"ann","roles":["reviewer"]}""")]
    [InlineData("""{"kind":"human","subject":"ann","roles":["reviewer"],"groups":["data-owners"]}""")]
    [InlineData("""{"kind":"service","subject":"new","roles":["requester"],"groups":["data-owners"]}""")]
    public async Task Admin_makes_keys_for_listed_people_and_new_services(string body)
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient root = gate.Client(Gate.Root);
        Assert.Equal(HttpStatusCode.Created, (await root.PostAsync("/api/principals", Gate.Json(body))).StatusCode);
    }

    [Fact]
    public async Task Admin_with_every_role_does_not_vote_on_what_they_asked_for()
    {
        await using Gate gate = await Gate.StartAsync();
        var all = new Principal(PrincipalKind.Human, Principal.LocalIssuer, "all", "Every Role", ["data-owners"]);
        gate.Ports.People.Add(all);
        gate.AddKey(all, [Role.Admin, Role.Requester, Role.Reviewer, Role.Auditor]);
        using HttpClient client = gate.Client(all);
        string id = (await gate.SubmitAsync(all)).GetProperty("id").GetString()!;
        ActionDocument document = await gate.UntilAsync(id, shown => shown.Status == ActionStatus.InReview);

        HttpResponseMessage vote = await client.PostAsync($"/api/actions/{id}/votes", Gate.Json($$"""{"verdict":"approve","viewDigest":"{{document.View!.Digest}}","justification":"mine"}"""));

        await Contract.IsProblemAsync(vote, ProblemTypes.InPrincipalChain, "vote");
    }
}
