using System.Net;
using System.Text.Json;
using Approvals.Web.OpenApi;
using Approvals.Web.Problems;
using Approvals.Web.Routing;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;

namespace Approvals.Web.Tests.OpenApi;

public sealed class OpenApiTests
{
    private static readonly JsonElement Document = JsonDocument.Parse(OpenApiDocument.Write()).RootElement;

    [Fact]
    public async Task Document_names_every_route_of_the_api_and_is_served()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient client = gate.Client();
        JsonElement served = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json")).RootElement;
        string[] operations =
        [
            .. served.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject())
                .Where(operation => operation.Value.ValueKind == JsonValueKind.Object)
                .Select(operation => operation.Value.GetProperty("operationId").GetString()!).Order(),
        ];
        Assert.Equal(ApprovalsRoutes.All.Where(route => route.IsApi).Select(route => route.Name).Order(), operations);
    }

    [Fact]
    public async Task Every_schema_of_an_answer_is_held_against_a_real_answer()
    {
        await using Gate gate = await Gate.StartAsync(services: services => services.AddReadiness());
        using HttpClient etl = gate.Client(Gate.Etl);
        using HttpClient ann = gate.Client(Gate.Ann);
        using HttpClient root = gate.Client(Gate.Root);
        using HttpClient anybody = gate.Client();
        int before = SchemaHandler.Checked;
        async Task<JsonElement> IsAsync(Task<HttpResponseMessage> answer, HttpStatusCode expected = HttpStatusCode.OK)
        {
            HttpResponseMessage response = await answer;
            Assert.Equal(expected, response.StatusCode);
            return await Gate.ReadAsync(response);
        }

        // The client checks each answer against its schema.
        JsonElement accepted = await IsAsync(etl.PostAsync("/api/actions", Gate.Json(Pages.Gallery.Rich.Replace("\"onBehalfOf\": \"eve\"", "\"audience\": \"etl\""))), HttpStatusCode.Accepted);
        string id = accepted.GetProperty("id").GetString()!;
        ActionDocument document = await gate.UntilAsync(id, shown => shown.Status == ActionStatus.InReview);
        await IsAsync(ann.GetAsync("/api/actions"));
        await IsAsync(ann.GetAsync($"/api/actions/{id}/view"));
        await IsAsync(ann.PostAsync($"/api/actions/{id}/review-link", null), HttpStatusCode.Created);
        await IsAsync(ann.PostAsync($"/api/actions/{id}/votes", Gate.Json($$"""{"verdict":"approve","justification":"as agreed","viewDigest":"{{document.View!.Digest}}"}""")));
        await gate.UntilAsync(id, shown => shown.IsTerminal);
        JsonElement release = await IsAsync(etl.GetAsync($"/api/actions/{id}/release"));
        await IsAsync(etl.PostAsync("/api/releases/redeem", Gate.Json($$"""{"token":"{{release.GetProperty("token").GetString()}}","actionDigest":"{{document.Request.ActionDigest}}"}""")));
        await IsAsync(etl.PostAsync($"/api/actions/{id}/receipt", Gate.Json("""{"outcome":"succeeded"}""")), HttpStatusCode.Created);
        await IsAsync(etl.GetAsync("/api/actions/" + id));
        await IsAsync(root.GetAsync("/api/records/" + id));
        await IsAsync(root.PostAsync("/api/principals", Gate.Json("""{"kind":"service","subject":"new","roles":["requester"]}""")), HttpStatusCode.Created);
        await IsAsync(root.GetAsync("/api/principals"));
        await IsAsync(anybody.GetAsync("/health/live"));
        await IsAsync(anybody.GetAsync("/health/ready"), HttpStatusCode.ServiceUnavailable);
        await IsAsync(anybody.GetAsync("/api/actions"), HttpStatusCode.Unauthorized);
        Assert.True(SchemaHandler.Checked - before >= 15);
    }

    [Theory]
    [InlineData("""{"status":"live"}""", true)]
    [InlineData("""{"status":1}""", false)]
    [InlineData("""{}""", false)]
    [InlineData("""{"status":"live","more":1}""", false)]
    public void Schema_check_refuses_what_is_not_described(string answer, bool isGood) =>
        Assert.Equal(isGood, new SchemaCheck(Document.GetProperty("components").GetProperty("schemas")).Check("Live", JsonDocument.Parse(answer).RootElement).Count == 0);

    [Fact]
    public void Every_problem_is_an_answer_of_some_route()
    {
        string text = Document.GetRawText();
        string[] missing = [.. ProblemTypes.All.Values.Where(type => !IsOfPages(type) && !text.Contains($"\"{type.Code}\"")).Select(type => type.Code)];
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_reference_leads_to_a_schema()
    {
        JsonElement schemas = Document.GetProperty("components").GetProperty("schemas");
        string[] dangling = [.. References(Document).Distinct().Where(reference => !schemas.TryGetProperty(reference, out _))];
        Assert.Empty(dangling);
        Assert.NotEmpty(References(Document));
    }

    [Fact]
    public void Every_operation_has_a_summary_an_answer_and_its_path_parameters()
    {
        foreach (JsonProperty path in Document.GetProperty("paths").EnumerateObject())
        {
            int parameters = path.Value.GetProperty("parameters").GetArrayLength();
            Assert.Equal(path.Name.Count(character => character == '{'), parameters);
            foreach (JsonElement operation in path.Value.EnumerateObject().Where(member => member.Name != "parameters").Select(member => member.Value))
            {
                Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
                Assert.Contains(operation.GetProperty("responses").EnumerateObject(), response => response.Name[0] == '2');
            }
        }
    }

    [Fact]
    public void No_route_begins_where_the_functions_host_has_its_own()
    {
        Assert.DoesNotContain(ApprovalsRoutes.All, route => route.Pattern.StartsWith("/admin", StringComparison.OrdinalIgnoreCase) || route.Pattern.StartsWith("/runtime", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(ApprovalsRoutes.All.Count, ApprovalsRoutes.All.Select(route => route.Name).Distinct().Count());
    }

    /// <summary>Answers of pages, of the mapping and of the readiness probe; no operation of the API has them.</summary>
    private static bool IsOfPages(ProblemType type) =>
        type == ProblemTypes.CrossSite || type == ProblemTypes.LinkDead || type == ProblemTypes.OtherRecipient || type == ProblemTypes.MethodNotAllowed || type == ProblemTypes.NotReady
        || type == ProblemTypes.SignInState || type == ProblemTypes.SignInRefused || type == ProblemTypes.NotAdmitted || type == ProblemTypes.GroupsOverage || type == ProblemTypes.IdTokenInvalid;

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member.Name == "$ref" ? [member.Value.GetString()!["#/components/schemas/".Length..]] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
