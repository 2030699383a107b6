using System.Text.Json;
using Approvals.Web.OpenApi;
using Approvals.Web.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace Approvals.Web.Tests.Hosting;

/// <summary>Holds every answer of the API that a test's client gets against what the OpenAPI document says of its route and status.</summary>
internal sealed class SchemaHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly JsonElement Document = JsonDocument.Parse(OpenApiDocument.Write()).RootElement;
    private static readonly SchemaCheck Schemas = new(Document.GetProperty("components").GetProperty("schemas"));

    private static readonly (TemplateMatcher Path, WebRoute Route)[] Routes =
        [.. ApprovalsRoutes.All.Where(route => route.IsApi).Select(route => (new TemplateMatcher(TemplateParser.Parse(route.Pattern.TrimStart('/')), []), route))];

    /// <summary>How many answers were held against a schema, over all tests.</summary>
    public static int Checked => count;

    private static int count;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        string method = request.Method == HttpMethod.Head ? "GET" : request.Method.Method;
        WebRoute? route = Routes.FirstOrDefault(candidate => candidate.Route.Method == method && candidate.Path.TryMatch(request.RequestUri!.AbsolutePath, [])).Route;
        if (route is null || request.Method == HttpMethod.Head) return response;

        JsonElement operation = Document.GetProperty("paths").GetProperty(route.Pattern.Replace("{*", "{")).GetProperty(method.ToLowerInvariant());
        string status = ((int)response.StatusCode).ToString();
        if (!operation.GetProperty("responses").TryGetProperty(status, out JsonElement answer)) throw new Xunit.Sdk.XunitException($"{route.Name} answered {status}, which its description does not name.");
        if (!answer.TryGetProperty("content", out JsonElement content)) return response;

        string type = response.Content.Headers.ContentType?.MediaType ?? "";
        if (!content.TryGetProperty(type, out JsonElement media)) throw new Xunit.Sdk.XunitException($"{route.Name} answered {status} as '{type}', which its description does not name.");
        if (!media.TryGetProperty("schema", out JsonElement schema)) return response;

        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        List<string> errors = Schemas.Check(schema.GetProperty("$ref").GetString()!["#/components/schemas/".Length..], JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 200 }).RootElement);
        if (errors.Count > 0) throw new Xunit.Sdk.XunitException($"{route.Name} answered {status} not as described:\n{string.Join('\n', errors)}");
        Interlocked.Increment(ref count);

        var copy = new ByteArrayContent(body);
        foreach ((string name, IEnumerable<string> values) in response.Content.Headers) copy.Headers.TryAddWithoutValidation(name, values);
        response.Content = copy;
        return response;
    }
}
