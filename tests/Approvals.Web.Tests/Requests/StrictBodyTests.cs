using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Approvals.Durable;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;

namespace Approvals.Web.Tests.Requests;

/// <summary>What is refused at the edge, with which code and pointer, and that nothing was started.</summary>
public sealed class StrictBodyTests
{
    public static TheoryData<string, string, string?> Bodies => new()
    {
        { "", "invalid_json", null },
        { "{", "invalid_json", null },
        { "{\"type\":\"a\",}", "invalid_json", null },
        { "{\"type\":\"a\"} x", "invalid_json", null },
        { "{/*c*/\"type\":\"a\"}", "invalid_json", null },
        { "{\"type\":\"a\",\"target\":\"\\ud800\"}", "invalid_json", "/target" },
        { "{\"type\":\"a\",\"target\":\"t\",\"parameters\":{\"a\":[1,{\"k\":1,\"k\":2}]}}", "duplicate_key", "/parameters/a/1/k" },
        { "{\"type\":\"a\",\"type\":\"b\",\"target\":\"t\"}", "duplicate_key", "/type" },
        { "[]", "wrong_type", "" },
        { "null", "wrong_type", "" },
        { "{\"target\":\"t\"}", "missing_field", "/type" },
        { "{\"type\":\"a\"}", "missing_field", "/target" },
        { "{\"type\":null,\"target\":\"t\"}", "missing_field", "/type" },
        { "{\"type\":\"a\",\"target\":\"t\",\"expireIn\":60}", "unknown_field", "/expireIn" },
        { "{\"type\":1,\"target\":\"t\"}", "wrong_type", "/type" },
        { "{\"type\":\"a\",\"target\":7}", "wrong_type", "/target" },
        { "{\"type\":\"a\",\"target\":[\"t\"]}", "wrong_type", "/target" },
        { "{\"type\":\"a\",\"target\":\"t\",\"parameters\":[]}", "wrong_type", "/parameters" },
        { "{\"type\":\"a\",\"target\":\"t\",\"context\":\"x\"}", "wrong_type", "/context" },
        { "{\"type\":\"a\",\"target\":\"t\",\"justification\":{}}", "wrong_type", "/justification" },
        { "{\"type\":\"a\",\"target\":\"t\",\"expiresIn\":true}", "wrong_type", "/expiresIn" },
        { "{\"type\":\"a\",\"target\":\"t\",\"onBehalfOf\":1}", "wrong_type", "/onBehalfOf" },
        { "{\"type\":\"a\",\"target\":\"t\",\"onBehalfOf\":{\"issuer\":\"x\",\"subject\":\"y\",\"z\":1}}", "unknown_field", "/onBehalfOf/z" },
        { "{\"type\":\"A\",\"target\":\"t\"}", "invalid_value", "/type" },
        { "{\"type\":\"\",\"target\":\"t\"}", "invalid_value", "/type" },
        { "{\"type\":\"a\",\"target\":\" \"}", "invalid_value", "/target" },
        { "{\"type\":\"a\",\"target\":{}}", "invalid_value", "/target" },
        { "{\"type\":\"a\",\"target\":\"t\",\"expiresIn\":9}", "invalid_value", "/expiresIn" },
        { "{\"type\":\"a\",\"target\":\"t\",\"expiresIn\":604801}", "invalid_value", "/expiresIn" },
        { "{\"type\":\"a\",\"target\":\"t\",\"expiresIn\":1e400}", "invalid_value", "/expiresIn" },
        { "{\"type\":\"a\",\"target\":\"t\",\"expiresIn\":\"P1M\"}", "invalid_value", "/expiresIn" },
        { "{\"type\":\"a\",\"target\":\"t\",\"expiresIn\":\"-PT1H\"}", "invalid_value", "/expiresIn" },
        { "{\"type\":\"a\",\"target\":\"t\",\"expiresIn\":\"soon\"}", "invalid_value", "/expiresIn" },
        { "{\"type\":\"a\",\"target\":\"t\",\"onBehalfOf\":\"etl\"}", "invalid_value", "/onBehalfOf" },
        { "{\"type\":\"a\",\"target\":\"t\",\"onBehalfOf\":\"nobody\"}", "unknown_principal", "/onBehalfOf" },
        { "{\"type\":\"a\",\"target\":\"t\",\"callbackUrl\":\"http://hooks.example/x\"}", "callback_not_allowed", "/callbackUrl" },
        { "{\"type\":\"a\",\"target\":\"t\",\"callbackUrl\":\"https://evil.example/x\"}", "callback_not_allowed", "/callbackUrl" },
        { "{\"type\":\"a\",\"target\":\"t\",\"callbackUrl\":\"https://u:p@hooks.example/x\"}", "callback_not_allowed", "/callbackUrl" },
        { "{\"type\":\"a\",\"target\":\"t\",\"callbackUrl\":\"https://hooks.example/x?y=1\"}", "callback_not_allowed", "/callbackUrl" },
        { "{\"type\":\"a\",\"target\":\"t\",\"parameters\":{\"n\":9007199254740993}}", "invalid_value", null },
        { "{\"type\":\"a\",\"target\":\"t\",\"parameters\":{\"n\":1e999}}", "invalid_value", null },
    };

    [Fact]
    public async Task Bodies_that_are_not_right_are_refused_and_start_nothing()
    {
        await using Gate gate = await Gate.StartAsync(options => options.CallbackHosts = ["hooks.example"]);
        using HttpClient client = gate.Client(Gate.Etl);
        foreach (var row in Bodies)
        {
            (string body, string code, string? pointer) = row.Data;
            JsonElement problem = await Contract.IsProblemAsync(await client.PostAsync("/api/actions", Gate.Json(body)), ProblemTypes.All[code], "submit-action");
            if (pointer is not null) Assert.Equal(pointer, problem.GetProperty("pointer").GetString());
        }

        Assert.Empty(gate.Ports.Documents);
        Assert.Empty(gate.Ports.Sealed);
    }

    [Fact]
    public async Task Nesting_is_refused_past_64_levels_and_size_past_one_mebibyte()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient client = gate.Client(Gate.Etl);
        string Nested(int depth) => "{\"type\":\"a\",\"target\":\"t\",\"parameters\":{\"a\":" + new string('[', depth - 2) + new string(']', depth - 2) + "}}";
        string Sized(int bytes) => "{\"type\":\"a\",\"target\":\"t\",\"context\":{\"a\":\"" + new string('x', bytes - 44) + "\"}}";

        await Contract.IsProblemAsync(await client.PostAsync("/api/actions", Gate.Json(Nested(65))), ProblemTypes.NestedTooDeep, "submit-action");
        await Contract.IsProblemAsync(await client.PostAsync("/api/actions", Gate.Json(Nested(5_000))), ProblemTypes.NestedTooDeep, "submit-action");
        await Contract.IsProblemAsync(await client.PostAsync("/api/actions", Gate.Json(Sized((1 << 20) + 1))), ProblemTypes.TooLarge, "submit-action");
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/api/actions") { Content = Gate.Json(Sized((1 << 20) + 1)) };
        chunked.Headers.TransferEncodingChunked = true;
        await Contract.IsProblemAsync(await client.SendAsync(chunked), ProblemTypes.TooLarge, "submit-action");
        Assert.Empty(gate.Ports.Documents);

        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync("/api/actions", Gate.Json(Sized(1 << 20)))).StatusCode);
    }

    [Fact]
    public async Task Request_that_nests_64_deep_goes_all_the_way()
    {
        await using Gate gate = await Gate.StartAsync();
        string body = "{\"type\":\"a\",\"target\":\"t\",\"parameters\":{\"a\":" + new string('[', 62) + "\"bottom\"" + new string(']', 62) + "}}";
        ActionDocument document = await gate.InReviewAsync(body);
        using HttpClient auditor = gate.Client(Gate.Aud);
        Assert.Contains("bottom", await auditor.GetStringAsync($"/api/actions/{document.Id}/view"));
        Assert.Contains("bottom", await gate.Client().GetStringAsync(Gallery.LinkOf(gate, document, Gate.Ann)));
        Assert.Contains("bottom", JsonSerializer.Serialize(document, DurableJson.Options));
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("application/json; charset=utf-16", null)]
    [InlineData(null, null)]
    [InlineData("application/json", "gzip")]
    public async Task Other_media_types_are_refused(string? mediaType, string? encoding)
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient client = gate.Client(Gate.Etl);
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"type":"a","target":"t"}"""));
        if (mediaType is not null) content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
        await Contract.IsProblemAsync(await client.PostAsync("/api/actions", content), ProblemTypes.UnsupportedMediaType, "submit-action");
    }

    [Theory]
    [InlineData("PT1H", 3600)]
    [InlineData("P1DT30M", 88200)]
    [InlineData("PT90S", 90)]
    public async Task Expiry_may_be_a_duration(string duration, int seconds)
    {
        await using Gate gate = await Gate.StartAsync();
        JsonElement accepted = await gate.SubmitAsync(body: $$"""{"type":"a","target":"t","expiresIn":"{{duration}}"}""");
        Assert.Equal(Gate.Start.AddSeconds(seconds), accepted.GetProperty("expiresAt").GetDateTimeOffset());
    }
}
