using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Approvals.Notifications.Outbox;

namespace Approvals.Notifications.Outbound;

/// <summary>
/// The one way out of this room: HTTPS to public addresses, without redirects, proxies or cookies, with limits on time and size. A URL whose host
/// is loopback in so many words (<c>localhost</c>, <c>127.0.0.1</c>, <c>[::1]</c>) may be plain HTTP and goes to this machine; whoever configures or
/// allows URLs decides whether there are such. Calls may overlap.
/// </summary>
/// <remarks>
/// INVARIANT: the address that was judged is the address that is connected to. Names are resolved once, at connect; a name that answers with a
/// public address first and a private one later (DNS rebinding) gains nothing.
/// </remarks>
public sealed class OutboundHttp : IDisposable
{
    public const int MaxAnswerBytes = 64 * 1024;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient http;

    public OutboundHttp()
    {
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a redirect could lead where no check has been
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None, // a small answer must stay small
            MaxResponseHeadersLength = 32,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = AnswerTimeout,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("approvals", "1"));
    }

    /// <summary>Whether a URL may be called as far as its text goes: https, or http to loopback in so many words; no user name or password.</summary>
    public static bool IsAllowed(Uri url) =>
        url.IsAbsoluteUri && url.UserInfo.Length == 0 && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && IsLoopback(url.IdnHost)));

    /// <inheritdoc cref="SendAsync"/>
    public Task<OutboundAnswer> PostAsync(
        Uri url, ReadOnlyMemory<byte> body, string contentType, Action<HttpRequestHeaders>? headers, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, url, body, contentType, headers, cancellationToken);

    /// <summary>Sends and reads the whole answer.</summary>
    /// <param name="contentType"><see langword="null"/> for a request without a body.</param>
    /// <exception cref="HttpRequestException">The other side could not be reached, or answered with more than <see cref="MaxAnswerBytes"/>.</exception>
    /// <exception cref="DeliveryRefusedException"><c>url_not_allowed</c>, <c>address_not_allowed</c>.</exception>
    public async Task<OutboundAnswer> SendAsync(
        HttpMethod method, Uri url, ReadOnlyMemory<byte> body, string? contentType, Action<HttpRequestHeaders>? headers, CancellationToken cancellationToken)
    {
        if (!IsAllowed(url)) throw new DeliveryRefusedException("url_not_allowed", "Only https URLs are called.");
        using var request = new HttpRequestMessage(method, url);
        if (contentType is not null) request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
        headers?.Invoke(request.Headers);
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return new OutboundAnswer(
                response.StatusCode, RetryAfter(response.Headers.RetryAfter), await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (HttpRequestException failed) when (failed.InnerException is DeliveryRefusedException refused)
        {
            throw new DeliveryRefusedException(refused.Code, refused.Message);
        }
    }

    public void Dispose() => http.Dispose();

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        IPAddress[] allowed = IsLoopback(context.DnsEndPoint.Host) ? [.. addresses.Where(IPAddress.IsLoopback)] : [.. addresses.Where(PublicAddress.IsPublic)];
        if (allowed.Length == 0) throw new DeliveryRefusedException("address_not_allowed", "The host's address is not one of the public internet.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>RFC 9110 section 10.2.3, seconds only: a date would need the other side's clock to be right.</summary>
    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header?.Delta;
}

/// <summary>What the other side answered.</summary>
public sealed record OutboundAnswer(HttpStatusCode Status, TimeSpan? RetryAfter, ReadOnlyMemory<byte> Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>
    /// What an answer means for a delivery. Gone (410) and other refusals of the request itself are for good; time-outs, rate limits and
    /// failures of the other side are not, nor are 401, 403 and 404: those are how a receiver looks while it is being set up or rotates its secret.
    /// </summary>
    public Delivery ToDelivery()
    {
        if (IsSuccess) return Delivery.Delivered();
        string code = "http_" + ((int)Status).ToString(CultureInfo.InvariantCulture);
        return Status is HttpStatusCode.Gone or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType
            or >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest
            ? Delivery.Refused(code)
            : Delivery.TryLater(code, RetryAfter);
    }
}
