using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Outbox;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Teams;

/// <summary>
/// The Bot Connector's REST API: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference. Only the configured
/// service is called. Calls may overlap.
/// </summary>
public sealed class TeamsConnector(TeamsBotOptions options, TeamsTokenSource tokens, OutboundHttp http)
{
    private const int MaxId = 300;
    private const int PageSize = 50;

    /// <summary>Of a conversation's members, as many pages are read at most.</summary>
    private const int MaxPages = 10;

    /// <summary>Posts a message; the reference of the delivery is its id.</summary>
    public async Task<Delivery> PostAsync(string conversation, JsonObject message, CancellationToken cancellationToken)
    {
        (Delivery posted, JsonElement answer) = await CallAsync(HttpMethod.Post, $"{Path(conversation)}/activities", message, cancellationToken).ConfigureAwait(false);
        return posted.Outcome == DeliveryOutcome.Delivered ? Delivery.Delivered(Text(answer, "id")) : posted;
    }

    /// <summary>Puts another message in the place of one that stands.</summary>
    public async Task<Delivery> UpdateAsync(string conversation, string activityId, JsonObject message, CancellationToken cancellationToken)
    {
        (Delivery updated, _) = await CallAsync(
            HttpMethod.Put, $"{Path(conversation)}/activities/{Uri.EscapeDataString(activityId)}", message, cancellationToken).ConfigureAwait(false);
        return updated.Code == "http_404" ? Delivery.Obsolete : updated; // somebody deleted it
    }

    /// <summary>
    /// Teams' own ids (<c>29:…</c>) of those who are asked and are in the conversation. As many as can be found out: in large conversations cards
    /// turn personal by themselves only for these, and for others when they press.
    /// </summary>
    public async Task<IReadOnlyList<string>> FindAsync(string conversation, IReadOnlyList<Principal> asked, CancellationToken cancellationToken)
    {
        HashSet<string> wanted = [.. options.People.Where(person => asked.Any(one => one.Id == person.Value)).Select(person => person.Key)];
        var found = new List<string>();
        string? next = "";
        for (int page = 0; page < MaxPages && next is not null && found.Count < wanted.Count; page++)
        {
            string more = next.Length == 0 ? "" : "&continuationToken=" + Uri.EscapeDataString(next);
            JsonElement answer;
            try
            {
                (_, answer) = await CallAsync(HttpMethod.Get, $"{Path(conversation)}/pagedmembers?pageSize={PageSize}{more}", null, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failed) when (failed is HttpRequestException || (failed is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                break; // no reason to tell nobody
            }

            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("members", out JsonElement members) || members.ValueKind != JsonValueKind.Array) break;
            foreach (JsonElement member in members.EnumerateArray())
            {
                if ((Text(member, "aadObjectId") ?? Text(member, "objectId")) is { } known && wanted.Contains(known.ToLowerInvariant()) && Text(member, "id") is { } id) found.Add(id);
            }

            next = Text(answer, "continuationToken");
        }

        return found;
    }

    /// <summary>The answer is an object exactly when the call was <see cref="DeliveryOutcome.Delivered"/>; an empty one where there was none.</summary>
    private async Task<(Delivery Delivery, JsonElement Answer)> CallAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        (Delivery had, AuthenticationHeaderValue? token) = await tokens.GetAsync(cancellationToken).ConfigureAwait(false);
        if (token is null) return (had, default);
        OutboundAnswer answer = await http.SendAsync(
            method,
            new Uri(options.Service, path),
            body is null ? default : JsonSerializer.SerializeToUtf8Bytes(body),
            body is null ? null : "application/json; charset=utf-8",
            headers => headers.Authorization = token,
            cancellationToken).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.Unauthorized) await tokens.ForgetAsync(token, cancellationToken).ConfigureAwait(false);
        return (answer.ToDelivery(), answer.IsSuccess ? Read(answer.Body) : default);
    }

    private static JsonElement Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64 });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // what was done is done, whatever the answer says
        }

        return JsonSerializer.SerializeToElement(new JsonObject());
    }

    private static string Path(string conversation) => "v3/conversations/" + Uri.EscapeDataString(conversation);

    private static string? Text(JsonElement of, string name)
    {
        try
        {
            return of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
                && value.GetString() is { Length: > 0 and <= MaxId } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null; // not valid Unicode
        }
    }
}
