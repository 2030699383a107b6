using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Outbox;

namespace Approvals.Notifications.Teams;

/// <summary>
/// The bot's own tokens for the Bot Connector (client credentials, RFC 6749 section 4.4), kept until a little before they expire. In this process
/// alone; one request at a time. Calls may overlap.
/// </summary>
public sealed class TeamsTokenSource(TeamsBotOptions options, OutboundHttp http, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private readonly SemaphoreSlim fetching = new(1);
    private AuthenticationHeaderValue? token; // both guarded by the semaphore
    private DateTimeOffset goodUntil;

    public void Dispose() => fetching.Dispose();

    /// <summary>A token, or what became of asking for one. The token is there exactly when the request was <see cref="DeliveryOutcome.Delivered"/>.</summary>
    /// <exception cref="HttpRequestException">Nobody answered.</exception>
    public async Task<(Delivery Delivery, AuthenticationHeaderValue? Token)> GetAsync(CancellationToken cancellationToken)
    {
        await fetching.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (token is not null && time.GetUtcNow() < goodUntil) return (Delivery.Delivered(), token);
            DateTimeOffset asked = time.GetUtcNow();
            OutboundAnswer answer = await http.PostAsync(
                new Uri(options.Cloud.Login, $"{options.TenantId}/oauth2/v2.0/token"), Form(), "application/x-www-form-urlencoded", null, cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccess)
            {
                Delivery refused = answer.ToDelivery();
                return (refused with { Code = "teams_token_" + refused.Code }, null);
            }

            if (Read(answer.Body) is not var (text, lifetime)) return (Delivery.TryLater("teams_token_malformed"), null);
            (token, goodUntil) = (new AuthenticationHeaderValue("Bearer", text), asked + lifetime - Margin);
            return (Delivery.Delivered(), token);
        }
        finally
        {
            fetching.Release();
        }
    }

    /// <summary>After the connector refused a token: the next call brings a new one.</summary>
    public async Task ForgetAsync(AuthenticationHeaderValue refused, CancellationToken cancellationToken)
    {
        await fetching.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (ReferenceEquals(token, refused)) token = null;
        fetching.Release();
    }

    private byte[] Form() => Encoding.ASCII.GetBytes(string.Join('&', new (string Name, string Value)[]
    {
        ("grant_type", "client_credentials"),
        ("client_id", options.AppId),
        ("client_secret", options.Secret.Read()),
        ("scope", options.Cloud.Scope),
    }.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}")));

    private static (string Token, TimeSpan Lifetime)? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("access_token", out JsonElement token) && token.GetString() is { Length: > 0 } text
                && !text.Any(character => character is <= ' ' or >= '\u007f') // it goes into a header
                && root.TryGetProperty("expires_in", out JsonElement expires) && expires.TryGetInt32(out int seconds) && seconds > 0
                ? (text, TimeSpan.FromSeconds(seconds))
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
