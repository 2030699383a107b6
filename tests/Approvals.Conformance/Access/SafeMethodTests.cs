using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Contract;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Access;

/// <summary>GET and HEAD change nothing (RFC 9110 section 9.2.1; promise 9), and HEAD says what GET would.</summary>
public sealed class SafeMethodTests(TargetGate gate)
{
    [Fact]
    public async Task Get_and_head_of_every_operation_leave_the_action_as_it_is()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        string before = (await gate.Auditor.GetAsync(action.Path)).Is(200).Text;
        string record = (await gate.AllowedAsync()).Id;
        foreach (Operation operation in gate.Api.Operations.Where(operation => operation.Method == "GET"))
        {
            string path = operation.Example(parameter => parameter switch { "id" => operation.Id == "get-record" ? record : action.Id, "path" => "0/000", _ => gate.Pipeline.KeyId });
            foreach (Caller caller in (Caller[])[gate.Pipeline, gate.Ann, gate.Auditor, gate.Admin])
            {
                Answer get = await caller.GetAsync(path), head = await caller.HeadAsync(path);
                if (operation.Id is not ("get-checkpoint" or "get-tile")) Assert.Equal((operation.Id, get.Status), (operation.Id, head.Status)); // those grow meanwhile
                Assert.Empty(head.Body);
            }
        }

        Assert.Equal(before, (await gate.Auditor.GetAsync(action.Path)).Text);
    }

    [Fact]
    public async Task Every_other_method_is_refused_with_those_that_are_not()
    {
        string[] methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
        foreach (IGrouping<string, Operation> path in gate.Api.Operations.GroupBy(operation => operation.Pattern))
        {
            string[] allowed = [.. path.SelectMany(operation => operation.Method == "GET" ? ["GET", "HEAD"] : new[] { operation.Method }).Order()];
            foreach (string method in methods.Except(allowed))
            {
                Answer answer = await gate.Admin.SendAsync(new HttpRequestMessage(new HttpMethod(method), path.First().Example(_ => Guid.Empty.ToString())));
                answer.IsProblem(405, "method_not_allowed");
                Assert.Equal(allowed, answer.ContentHeaders.Allow.Order());
            }
        }
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("api")]
    [InlineData("api/actions/")]
    [InlineData("api/actions/x/y/z")]
    [InlineData("API/v2")]
    [InlineData("%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("ledger")]
    [InlineData(".well-known/other.json")]
    [InlineData("review")]
    public async Task Path_of_nothing_is_not_there(string path)
    {
        int status = (await gate.Admin.GetAsync(path)).Status;
        Assert.True(status == 404 || path == "api/actions/", $"{path}: {status}");
        (await gate.Nobody.PostAsync("nothing", new JsonObject())).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task Health_is_told_to_everybody_and_nothing_of_the_inside()
    {
        JsonElement ready = (await gate.Nobody.GetAsync("health/ready")).Is(200).Json;
        Assert.Equal("ready", ready.GetProperty("status").GetString());
        Assert.All(ready.GetProperty("checks").EnumerateArray(), check => Assert.True(check.GetProperty("ok").GetBoolean(), check.GetRawText()));
        (await gate.Nobody.GetAsync("health/live")).Is(200);
        TestContext.Current.TestOutputHelper!.WriteLine(gate.Description);
    }
}
