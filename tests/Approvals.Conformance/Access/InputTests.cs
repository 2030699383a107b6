using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Contract;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Access;

/// <summary>Bad input to every operation that the gate describes, new ones included: each refused on purpose, and nothing begun by it.</summary>
public sealed class InputTests(TargetGate gate)
{
    private const int MaxBytes = 1 << 20;

    /// <summary>A body that each operation takes, to spoil. An operation without one here gets all that needs none.</summary>
    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["submit-action"] = """{"type":"deployment.x","target":"t","parameters":{},"context":{},"justification":"","onBehalfOf":"x","audience":"x","expiresIn":60,"callbackUrl":"x"}""",
        ["cancel-action"] = """{"reason":""}""",
        ["vote"] = """{"verdict":"approve","justification":"","viewDigest":"x"}""",
        ["redeem-release"] = """{"token":"x","binding":{},"actionDigest":"x"}""",
        ["report-receipt"] = """{"outcome":"started","resultDigest":"x"}""",
        ["create-principal"] = """{"kind":"human","subject":"x","displayName":"","groups":[],"roles":["requester"],"owners":[]}""",
    };

    private readonly List<string> errors = [];

    [Fact]
    public async Task Body_that_is_no_json_of_the_schema_is_refused_by_every_operation()
    {
        Caller requester = await gate.AddAsync("service", "sloppy", ["requester"]);
        foreach (Operation operation in gate.Api.Operations.Where(operation => operation.Body.Takes))
        {
            Caller caller = await WhoMayAsync(operation, requester);
            string deep = "{\"x\":" + new string('[', 64) + new string(']', 64) + "}";
            (string Json, int Status, string Code)[] cases =
            [
                ("{", 400, "invalid_json"), ("{} {}", 400, "invalid_json"), ("{\"a\":1,}", 400, "invalid_json"), ("{'a':1}", 400, "invalid_json"), ("{/**/}", 400, "invalid_json"),
                ("nul", 400, "invalid_json"), ("{\"a\":NaN}", 400, "invalid_json"), ("{\"a\":01}", 400, "invalid_json"), ("\ufeff{}", 400, "invalid_json"),
                ("{\"a\":\"\\ud800\"}", 400, "invalid_json"), ("{\"\\ud800\":1}", 400, "invalid_json"), ("{\"a\":\"\u0001\"}", 400, "invalid_json"),
                ("[]", 400, "wrong_type"), ("\"text\"", 400, "wrong_type"), ("7", 400, "wrong_type"), ("null", 400, "wrong_type"),
                ("{\"x\":1,\"x\":1}", 400, "duplicate_key"), ("{\"x\":[{\"y\":1,\"\\u0079\":2}]}", 400, "duplicate_key"),
                ("{\"noSuchField\":1}", 400, "unknown_field"), (deep, 400, "nested_too_deep"), (new string('[', 100_000), 400, "nested_too_deep"),
                ("{\"x\":\"" + new string('x', MaxBytes) + "\"}", 413, "too_large"), (new string(' ', MaxBytes + 1), 413, "too_large"),
            ];
            foreach ((string json, int status, string code) in cases) await TryAsync(operation, caller, Caller.Json(json), status, code, json[..Math.Min(json.Length, 30)]);

            byte[] notUtf8 = [.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8];
            await TryAsync(operation, caller, Bytes(notUtf8, "application/json"), 400, "invalid_json", "bytes that are no UTF-8");
            foreach (string? type in (string?[])["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", null])
                await TryAsync(operation, caller, Bytes("{}"u8.ToArray(), type), 415, "unsupported_media_type", type ?? "no media type");
            if (operation.Body.Required)
            {
                await TryAsync(operation, caller, Caller.Json(""), 400, "invalid_json", "nothing");
                await TryAsync(operation, caller, Caller.Json("{}"), 400, "missing_field", "no field");
            }

            if (Bodies.TryGetValue(operation.Id, out string? body)) await SpoilAsync(operation, caller, JsonNode.Parse(body)!.AsObject());
        }

        Assert.True(errors.Count == 0, string.Join('\n', errors));
        Assert.Empty((await requester.GetAsync("api/actions")).Is(200).Json.GetProperty("actions").EnumerateArray());
    }

    [Fact]
    public async Task Query_parameters_and_headers_are_strict_in_every_operation()
    {
        Caller requester = await gate.AddAsync("service", "sloppy", ["requester"]);
        foreach (Operation operation in gate.Api.Operations.Where(operation => operation.NeedsCaller))
        {
            Caller caller = await WhoMayAsync(operation, requester);
            StringContent? Body() => operation.Body.Required ? Caller.Json("{}") : null;
            await TryAsync(operation, caller, Body(), 400, "invalid_parameter", "an unknown parameter", "?noSuchParameter=1");
            foreach (JsonElement parameter in operation.Parameters)
            {
                string name = parameter.GetProperty("name").GetString()!;
                JsonElement schema = parameter.GetProperty("schema");
                if (parameter.GetProperty("in").GetString() == "header")
                {
                    foreach (string value in (string[])["two words", new string('x', 256)])
                        await TryAsync(operation, caller, Body(), 400, "invalid_parameter", $"header {name}", "", (name, value));
                    continue;
                }

                await TryAsync(operation, caller, Body(), 400, "invalid_parameter", $"{name} twice", $"?{name}=1&{name}=1");
                if (schema.TryGetProperty("type", out JsonElement type) && type.GetString() == "integer")
                {
                    foreach (string value in (string[])["x", "-1", "1.5", "99999999999", "0x10", "%20"])
                        await TryAsync(operation, caller, Body(), 400, "invalid_parameter", $"{name}={value}", $"?{name}={value}");
                }

                if (schema.TryGetProperty("enum", out _) || schema.TryGetProperty("$ref", out _))
                    await TryAsync(operation, caller, Body(), 400, "invalid_parameter", $"{name}=nonsense", $"?{name}=nonsense");
            }
        }

        Assert.True(errors.Count == 0, string.Join('\n', errors));
        Assert.Empty((await requester.GetAsync("api/actions")).Is(200).Json.GetProperty("actions").EnumerateArray());
    }

    [Fact]
    public async Task Resource_that_is_not_there_is_a_404_of_every_operation_that_names_one()
    {
        foreach (Operation operation in gate.Api.Operations.Where(operation => operation.Pattern.Contains('{', StringComparison.Ordinal) && operation.Id != "get-tile"))
        {
            Caller caller = await WhoMayAsync(operation, gate.Stranger);
            string? body = operation.Id switch
            {
                "vote" => """{"verdict":"approve","viewDigest":"sha256:"}""",
                "report-receipt" => """{"outcome":"started"}""",
                _ => null,
            };
            if (operation.Body.Required && body is null) continue;
            await TryAsync(operation, caller, body is null ? null : Caller.Json(body), 404, "not_found", "an id that nothing has");
        }

        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    /// <summary>Every field of a body with a value of a type that no field has. Where others must stand beside it, they stand as in the example.</summary>
    private async Task SpoilAsync(Operation operation, Caller caller, JsonObject body)
    {
        string[] required = gate.Api.Schemas.RequiredOf(operation.BodySchema!.Value);
        foreach (string field in body.Select(member => member.Key))
        {
            var spoiled = new JsonObject { [field] = true };
            foreach (string other in required.Where(name => name != field)) spoiled[other] = body[other]!.DeepClone();
            await TryAsync(operation, caller, Caller.Json(spoiled.ToJsonString()), 400, "wrong_type", $"{field}: true");
        }
    }

    private async Task TryAsync(
        Operation operation, Caller caller, HttpContent? content, int status, string code, string what, string query = "", (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), operation.Example(name => name == "path" ? "0/000" : Guid.Empty.ToString()) + query) { Content = content };
        if (header is var (name, value)) request.Headers.TryAddWithoutValidation(name, value);
        Answer answer = await caller.SendAsync(request);
        if (answer.Status != status || answer.Code != code) errors.Add($"{operation.Id}, {what}: {answer.Status} {answer.Code} instead of {status} {code}");
    }

    /// <summary>Somebody whose role the operation takes.</summary>
    private async Task<Caller> WhoMayAsync(Operation operation, Caller requester)
    {
        foreach (Caller caller in (Caller[])[requester, gate.Ann, gate.Admin, gate.Auditor])
        {
            using var request = new HttpRequestMessage(new HttpMethod(operation.Method), operation.Example(_ => Guid.Empty.ToString()) + "?noSuchParameter=1");
            if (operation.Body.Required) request.Content = Caller.Json("{}");
            if ((await caller.SendAsync(request)).Status != 403) return caller;
        }

        throw new InvalidOperationException($"Nobody in this suite may call {operation}; add somebody to TargetGate.");
    }

    private static ByteArrayContent Bytes(byte[] bytes, string? type)
    {
        var content = new ByteArrayContent(bytes);
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }
}
