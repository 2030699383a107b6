using System.Net;
using System.Text.Json;

namespace Approvals.Conformance.Contract;

/// <summary>
/// Holds every answer that the suite ever sees against what the gate says of itself: documented status, media type and schema, whole problems with documented
/// codes, the headers that each answer has, and never a failure of the gate.
/// </summary>
internal sealed class ContractHandler(OpenApi api) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(30) })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        byte[] body = [];
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream") // which has no end
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        }

        Operation? operation = api.Find(request.Method.Method, request.RequestUri!.AbsolutePath);
        List<string> errors = [.. CheckAny(request, response, body)];
        if (operation is not null) errors.AddRange(CheckDocumented(operation, request, response, body));
        string? code = CodeOf(response, body);
        Coverage.Saw(operation, request, (int)response.StatusCode, code);
        if (body.Length > 0 && body[0] == (byte)'{') Coverage.SawCheckpoints(body);

        // INVARIANT: paths below /review/ are secrets, in the output of tests too.
        string path = request.RequestUri.AbsolutePath.StartsWith("/review/", StringComparison.Ordinal) ? "/review/…" : request.RequestUri.PathAndQuery;
        Assert.True(errors.Count == 0, $"{request.Method} {path} answered {(int)response.StatusCode} {code}: {string.Join("; ", errors)}");
        return response;
    }

    private IEnumerable<string> CheckAny(HttpRequestMessage request, HttpResponseMessage response, byte[] body)
    {
        int status = (int)response.StatusCode;
        string? type = response.Content.Headers.ContentType?.MediaType;
        if (status >= 500 && response.StatusCode != HttpStatusCode.ServiceUnavailable) yield return "the gate failed: " + System.Text.Encoding.UTF8.GetString(body);
        if (!response.Headers.Contains("X-Content-Type-Options")) yield return "X-Content-Type-Options is missing";
        if (response.Headers.CacheControl is null) yield return "Cache-Control is missing";
        if (request.Method == HttpMethod.Head && body.Length > 0) yield return "a HEAD was answered with a body";
        if (status == 401 && response.Headers.WwwAuthenticate.Count == 0 && type != "text/html") yield return "WWW-Authenticate is missing";
        if (status == 405 && response.Content.Headers.Allow.Count == 0) yield return "Allow is missing";
        if (status is 429 or 503 && response.Headers.RetryAfter is null) yield return "Retry-After is missing";
        if (type == "text/html")
        {
            string policy = response.Headers.TryGetValues("Content-Security-Policy", out IEnumerable<string>? values) ? string.Join(";", values) : "";
            if (!policy.Contains("default-src 'none'", StringComparison.Ordinal) || policy.Contains("unsafe-", StringComparison.Ordinal)) yield return "a page without default-src 'none', or with something unsafe";
            if (HasForeignScript(System.Text.Encoding.UTF8.GetString(body))) yield return "a page with a script that is not a file of the gate's own";
        }

        if (type != "application/problem+json" || body.Length == 0) yield break;
        JsonElement problem = JsonDocument.Parse(body).RootElement;
        string? code = problem.TryGetProperty("code", out JsonElement member) ? member.GetString() : null;
        if (problem.GetProperty("status").GetInt32() != status) yield return "status differs from that in the problem";
        if (problem.GetProperty("type").GetString() != "urn:approvals:problem:" + code) yield return "type and code of the problem differ";
        if (string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString())) yield return "the problem names no remedy";
    }

    private static bool HasForeignScript(string html) => html.Split("<script", StringSplitOptions.None).Skip(1).Any(tag => !tag[..(tag.IndexOf('>') + 1)].Contains(" src=\"/assets/", StringComparison.Ordinal));

    private IEnumerable<string> CheckDocumented(Operation operation, HttpRequestMessage request, HttpResponseMessage response, byte[] body)
    {
        string status = ((int)response.StatusCode).ToString();
        if (!operation.Responses.TryGetProperty(status, out JsonElement documented)) return [$"{operation} does not document this status"];
        string? code = CodeOf(response, body);
        if (code is not null && documented.TryGetProperty("x-codes", out JsonElement codes) && !codes.EnumerateArray().Any(known => known.GetString() == code))
            return [$"{operation} does not document this code"];
        if (request.Method == HttpMethod.Head) return [];
        if (!documented.TryGetProperty("content", out JsonElement content)) return body.Length == 0 ? [] : ["a body that is not documented"];
        string type = response.Content.Headers.ContentType?.MediaType ?? "(none)";
        if (!content.TryGetProperty(type, out JsonElement media)) return [$"the media type {type} is not documented"];
        return media.TryGetProperty("schema", out JsonElement schema) ? api.Schemas.Check(JsonDocument.Parse(body).RootElement, schema) : [];
    }

    private static string? CodeOf(HttpResponseMessage response, byte[] body) =>
        response.Content.Headers.ContentType?.MediaType == "application/problem+json" && body.Length > 0
            ? JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()
            : null;
}
