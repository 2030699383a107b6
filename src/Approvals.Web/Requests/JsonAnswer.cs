using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Requests;

/// <summary>Answers with JSON as <see cref="WebJson"/> writes it.</summary>
internal sealed class JsonAnswer<T>(T value, int status, string contentType = "application/json") : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => status;

    public string? Location { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, WebJson.Options);
        HttpResponse response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        if (Location is not null) response.Headers.Location = Location;
        if (RetryAfter is { } after) response.Headers.RetryAfter = ((int)after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}

internal static class Answer
{
    public static JsonAnswer<T> Ok<T>(T value) => new(value, StatusCodes.Status200OK);
}
