using System.Net;
using System.Text.Json;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;

namespace Approvals.Web.Tests.Actions;

public sealed class LifeOfAnActionTests
{
    [Fact]
    public async Task Action_goes_from_request_to_receipt_over_http_alone()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient etl = gate.Client(Gate.Etl);
        using HttpClient ann = gate.Client(Gate.Ann);
        JsonElement accepted = await gate.SubmitAsync();
        string id = accepted.GetProperty("id").GetString()!;
        await gate.UntilAsync(id, document => document.Status == ActionStatus.InReview);

        JsonElement view = await Gate.ReadAsync(await ann.GetAsync($"/api/actions/{id}/view"));
        Assert.Equal("[EMAIL_1]", view.GetProperty("content").GetProperty("parameters").GetProperty("owner").GetString());
        HttpResponseMessage vote = await ann.PostAsync(
            $"/api/actions/{id}/votes", Gate.Json($$"""{"verdict":"approve","justification":"ok","viewDigest":"{{view.GetProperty("digest").GetString()}}"}"""));
        Assert.Equal(HttpStatusCode.OK, vote.StatusCode);

        JsonElement status = await Gate.ReadAsync(await etl.GetAsync($"/api/actions/{id}?wait=30"));
        Assert.Equal("approved", status.GetProperty("status").GetString());
        JsonElement release = await Gate.ReadAsync(await etl.GetAsync($"/api/actions/{id}/release"));
        string redeem = JsonSerializer.Serialize(new { token = release.GetProperty("token").GetString(), actionDigest = accepted.GetProperty("actionDigest").GetString() });
        Assert.Equal(HttpStatusCode.OK, (await etl.PostAsync("/api/releases/redeem", Gate.Json(redeem))).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await etl.PostAsync("/api/releases/redeem", Gate.Json(redeem))).StatusCode);
        HttpResponseMessage receipt = await etl.PostAsync($"/api/actions/{id}/receipt", Gate.Json("""{"outcome":"succeeded"}"""));
        Assert.Equal(HttpStatusCode.Created, receipt.StatusCode);
    }
}
