using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Approvals.Web.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Approvals.Web.Requests;

/// <summary>Reads request bodies with limits that do not depend on the host's.</summary>
internal static class RequestBody
{
    public const int MaxBytes = 1 << 20;

    /// <summary>Forms carry a vote: a justification and two tokens.</summary>
    public const int MaxFormBytes = 64 * 1024;

    /// <summary>The body as one strict JSON value.</summary>
    public static async Task<JsonElement> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        RequireMediaType(request, "application/json");
        return StrictJson.Parse(await ReadAsync(request, MaxBytes, cancellationToken));
    }

    /// <summary>The body as JSON, or <see langword="null"/> when there is none.</summary>
    public static async Task<JsonElement?> ReadOptionalJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await ReadAsync(request, MaxBytes, cancellationToken);
        if (body.IsEmpty) return null;
        RequireMediaType(request, "application/json");
        return StrictJson.Parse(body);
    }

    /// <summary>A form of a page of ours.</summary>
    public static async Task<IFormCollection> ReadFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        RequireMediaType(request, "application/x-www-form-urlencoded");
        ReadOnlyMemory<byte> body = await ReadAsync(request, MaxFormBytes, cancellationToken);
        using var stream = new MemoryStream(body.ToArray(), writable: false);
        try
        {
            using var reader = new Microsoft.AspNetCore.WebUtilities.FormReader(stream) { ValueCountLimit = 32 };
            return new FormCollection(await reader.ReadFormAsync(cancellationToken));
        }
        catch (InvalidDataException)
        {
            throw new ProblemException(ProblemTypes.BadRequest, "Send the form as the page has it.");
        }
    }

    /// <summary>The body as it came, for whoever verifies a signature over it.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, string mediaType, int limit, CancellationToken cancellationToken)
    {
        RequireMediaType(request, mediaType);
        return await ReadAsync(request, limit, cancellationToken);
    }

    private static void RequireMediaType(HttpRequest request, string mediaType)
    {
        bool matches = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? sent)
            && sent.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase)
            && (!sent.Charset.HasValue || HeaderUtilities.RemoveQuotes(sent.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!matches)
            throw new ProblemException(ProblemTypes.UnsupportedMediaType, $"Send the body as '{mediaType}' in UTF-8.") { Pointer = "Content-Type" };
        if (request.Headers.ContentEncoding.Count > 0)
            throw new ProblemException(ProblemTypes.UnsupportedMediaType, "Send the body without a content encoding.") { Pointer = "Content-Encoding" };
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit) throw TooLarge(limit);
        if (request.ContentLength != 0) request.HttpContext.RequestServices.GetRequiredService<BodyBudget>().Take(request);
        PipeReader reader = request.BodyReader;
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellationToken);
                if (read.Buffer.Length > limit)
                {
                    reader.AdvanceTo(read.Buffer.End); // an examined but unreleased buffer would cost the connection, and the caller the answer
                    throw TooLarge(limit);
                }

                if (read.IsCompleted)
                {
                    byte[] body = read.Buffer.ToArray();
                    reader.AdvanceTo(read.Buffer.End);
                    return body;
                }

                // Nothing is consumed until all is there: the pipe keeps at most the limit and one segment.
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (BadHttpRequestException refused)
        {
            throw refused.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLarge(limit)
                : new ProblemException(ProblemTypes.BadRequest, "The body ended early or is not framed as HTTP asks; send it again.");
        }
    }

    private static ProblemException TooLarge(int limit) =>
        new(ProblemTypes.TooLarge, $"Send at most {limit:N0} bytes; pass large data by reference.");
}
