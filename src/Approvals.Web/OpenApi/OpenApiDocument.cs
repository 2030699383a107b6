using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Web.Routing;
using static Approvals.Web.Problems.ProblemTypes;

namespace Approvals.Web.OpenApi;

/// <summary>The OpenAPI 3.1 document, made from the route table: what is not in the table is not served.</summary>
internal static class OpenApiDocument
{
    private static readonly Regex RouteParameter = new(@"\{(?<name>[A-Za-z]+)\}", RegexOptions.NonBacktracking);

    /// <summary>What any route may answer.</summary>
    private static readonly ProblemType[] Everywhere = [BadRequest, InvalidParameter, TooManyRequests, Internal, Busy, StoreUnavailable];

    private static readonly ProblemType[] WithCaller = [Unauthenticated, Forbidden, NotFound, IssuerUnavailable];

    private static readonly ProblemType[] WithBody =
        [InvalidJson, DuplicateKey, NestedTooDeep, UnknownField, MissingField, WrongType, InvalidValue, TooLarge, UnsupportedMediaType];

    /// <summary>Every problem that a route may answer with.</summary>
    public static IEnumerable<ProblemType> ProblemsOf(WebRoute route) =>
    [
        .. Everywhere,
        .. IsAnonymous(route) ? [] : WithCaller,
        .. route.Request is null ? [] : WithBody,
        .. route.Problems,
    ];

    public static byte[] Write()
    {
        var paths = new JsonObject();
        foreach (IGrouping<string, WebRoute> path in ApprovalsRoutes.All.Where(route => route.IsApi).GroupBy(route => route.Pattern.Replace("{*", "{")))
        {
            var item = new JsonObject();
            foreach (WebRoute route in path) item[route.Method.ToLowerInvariant()] = Operation(route);
            item["parameters"] = new JsonArray([.. RouteParameter.Matches(path.Key).Select(match => PathParameter(match.Groups["name"].Value))]);
            paths[path.Key] = item;
        }

        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Approvals",
                ["version"] = "1",
                ["description"] = "A gate for privileged actions. Errors are RFC 9457 problems with a stable code.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["apiKey"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API key (apk_<id>_<secret>), or a JSON Web Token of an issuer that the gate knows." },
                },
                ["schemas"] = OpenApiSchemas.All(),
            },
        };
        return Encoding.UTF8.GetBytes(document.ToJsonString(WebJson.Options));
    }

    private static bool IsAnonymous(WebRoute route) => route.Name is "get-keys" or "get-checkpoint" or "get-openapi" or "live" or "ready";

    private static JsonObject Operation(WebRoute route)
    {
        var responses = new JsonObject();
        foreach (int status in route.Answers)
        {
            var answer = new JsonObject { ["description"] = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status) };
            if (route.Response is { } schema) answer["content"] = Content(schema);
            responses[status.ToString(CultureInfo.InvariantCulture)] = answer;
        }

        foreach (IGrouping<int, ProblemType> status in ProblemsOf(route).GroupBy(problem => problem.Status).OrderBy(status => status.Key))
        {
            string key = status.Key.ToString(CultureInfo.InvariantCulture);
            if (responses.ContainsKey(key)) continue;
            responses[key] = new JsonObject
            {
                ["description"] = string.Join("; ", status.Select(problem => $"{problem.Code}: {problem.Title}")),
                ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = Ref("Problem") } },
                ["x-codes"] = new JsonArray([.. status.Select(problem => JsonValue.Create(problem.Code))]),
            };
        }

        var operation = new JsonObject { ["operationId"] = route.Name, ["summary"] = route.Summary, ["responses"] = responses };
        if (!IsAnonymous(route)) operation["security"] = new JsonArray(new JsonObject { ["apiKey"] = new JsonArray() });
        if (OpenApiSchemas.QueryOf(route.Name) is { Count: > 0 } parameters) operation["parameters"] = parameters;
        if (route.Request is { } request)
            operation["requestBody"] = new JsonObject { ["required"] = route.Method == "POST", ["content"] = Content(request) };
        return operation;
    }

    private static JsonObject Content(string schema) => schema.Contains('/')
        ? new JsonObject { [schema] = new JsonObject() }
        : new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Ref(schema) } };

    private static JsonObject PathParameter(string name) => new()
    {
        ["name"] = name,
        ["in"] = "path",
        ["required"] = true,
        ["schema"] = name == "id" ? new JsonObject { ["type"] = "string", ["format"] = "uuid" } : new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Ref(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };
}
