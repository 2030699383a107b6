using System.Net;
using System.Text.Json;
using Approvals.Web.OpenApi;
using Approvals.Web.Problems;
using Approvals.Web.Routing;

namespace Approvals.Web.Tests.Hosting;

/// <summary>Checks of any answer against what the API promises of it.</summary>
internal static class Contract
{
    /// <summary>An RFC 9457 problem of this code, which the OpenAPI document names for the route.</summary>
    public static async Task<JsonElement> IsProblemAsync(HttpResponseMessage response, ProblemType expected, string? route = null)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == expected.Status, $"{(int)response.StatusCode} instead of {expected.Status} {expected.Code}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(expected.Code, problem.GetProperty("code").GetString());
        Assert.Equal(expected.Uri, problem.GetProperty("type").GetString());
        Assert.Equal(expected.Status, problem.GetProperty("status").GetInt32());
        Assert.Equal(expected.Title, problem.GetProperty("title").GetString());
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()));
        if (response.StatusCode == HttpStatusCode.Unauthorized) Assert.NotEmpty(response.Headers.WwwAuthenticate);
        if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) Assert.NotNull(response.Headers.RetryAfter);
        if (route is not null)
        {
            WebRoute served = ApprovalsRoutes.All.Single(candidate => candidate.Name == route);
            Assert.Contains(OpenApiDocument.ProblemsOf(served), declared => declared.Code == expected.Code);
        }

        return problem;
    }
}
