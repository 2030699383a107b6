using System.Globalization;
using System.Text.Json;
using Approvals.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Problems;

/// <summary>Writes a problem as <c>application/problem+json</c> (RFC 9457) with the headers that its status asks for.</summary>
internal sealed class ProblemResult(ProblemException problem, string? traceId = null) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => problem.Type.Status;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        response.StatusCode = problem.Type.Status;
        response.ContentType = "application/problem+json";
        WriteHeaders(response, problem);
        await response.Body.WriteAsync(Body(), httpContext.RequestAborted);
    }

    public static void WriteHeaders(HttpResponse response, ProblemException problem)
    {
        if (problem.RetryAfter is { } after)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (problem.Allow is { } allow) response.Headers.Allow = allow;
        if (problem.Challenge is { } challenge) response.Headers.WWWAuthenticate = challenge;
    }

    private byte[] Body()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, WebJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("type", problem.Type.Uri);
            json.WriteString("title", problem.Type.Title);
            json.WriteNumber("status", problem.Type.Status);
            json.WriteString("detail", problem.Message);
            json.WriteString("code", problem.Type.Code);
            if (problem.Pointer is { } pointer) json.WriteString("pointer", pointer);
            if (problem.Reason is { } reason) json.WriteString("reason", reason);
            if (traceId is not null) json.WriteString("traceId", traceId);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
