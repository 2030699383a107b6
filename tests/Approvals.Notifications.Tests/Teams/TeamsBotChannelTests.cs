using System.Text.Json.Nodes;
using Approvals.Engine.Tests;
using Approvals.Notifications.Channels;
using Approvals.Notifications.Messages;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Secrets;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Approvals.Notifications.Tests.Teams;

/// <summary>The bot's channel against a connector that answers as a test says.</summary>
public sealed class TeamsBotChannelTests
{
    private const string Channel = "19:owners@thread.tacv2";
    private const string Chat = "19:meeting@thread.v2";

    private readonly ManualClock clock = new();

    [Fact]
    public async Task Reminder_follows_the_card_in_a_channels_thread_and_in_a_chat_and_the_card_is_remembered()
    {
        await using Receiver connector = await ConnectorAsync();
        TeamsBotChannel channel = ChannelOf(connector);
        foreach ((string conversation, string stands) in new[] { (Channel, Channel + ";messageid=17"), (Chat, Chat) })
        {
            Delivery reminded = await SendAsync(channel, NoticeKind.Reminder, conversation, "17");
            Assert.Equal((DeliveryOutcome.Delivered, "17"), (reminded.Outcome, reminded.Ref));
            Received reply = await connector.NextAsync($"/v3/conversations/{stands}/activities");
            Assert.Equal(("message", "plain"), (reply.Json.GetProperty("type").GetString(), reply.Json.GetProperty("textFormat").GetString()));
            Assert.Equal("Still waits for your decision: data.export. Decide by 2026-01-01 04:00 UTC.", reply.Json.GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task Notice_that_stands_already_is_not_posted_twice_and_one_that_never_stood_is_not_closed()
    {
        await using Receiver connector = await ConnectorAsync();
        TeamsBotChannel channel = ChannelOf(connector);
        Assert.Equal(Delivery.Delivered("17"), await SendAsync(channel, NoticeKind.Requested, Channel, "17"));
        Assert.Equal(Delivery.Obsolete, await SendAsync(channel, NoticeKind.Closed, Channel, null));
        Assert.Empty(connector.Seen);
    }

    [Fact]
    public async Task Card_that_somebody_deleted_is_not_updated_for_ever()
    {
        await using Receiver connector = await ConnectorAsync((request, response) => Status(response, request.Method == "PUT" ? 404 : 200));
        Assert.Equal(Delivery.Obsolete, await SendAsync(ChannelOf(connector), NoticeKind.Closed, Channel, "17"));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task People_are_asked_though_nobody_says_who_is_in_the_conversation(int status)
    {
        await using Receiver connector = await ConnectorAsync((request, response) => request.Method == "GET" ? Status(response, status) : Answer(response, new JsonObject { ["id"] = "18" }));
        Assert.Equal(Delivery.Delivered("18"), await SendAsync(ChannelOf(connector), NoticeKind.Requested, Channel, null));
        Received posted = await connector.NextAsync($"/v3/conversations/{Channel}/activities");
        Assert.Empty(FakeTeams.CardOf(posted).GetProperty("refresh").GetProperty("userIds").EnumerateArray());
    }

    [Fact]
    public async Task Members_are_read_page_by_page_until_all_who_are_asked_are_found_and_no_further_than_ten()
    {
        int pages = 0;
        await using Receiver connector = await ConnectorAsync((request, response) => request.Method == "GET"
            ? Answer(response, new JsonObject
            {
                ["members"] = new JsonArray(new JsonObject { ["id"] = "29:" + ++pages, ["aadObjectId"] = pages == 3 ? FakeTeams.DanaUser.ToUpperInvariant() : Guid.Empty.ToString() }),
                ["continuationToken"] = $"page {pages}",
            })
            : Answer(response, new JsonObject { ["id"] = "18" }));
        await SendAsync(ChannelOf(connector), NoticeKind.Requested, Channel, null);
        Received posted = await connector.NextAsync($"/v3/conversations/{Channel}/activities");
        Assert.Equal(["29:3"], FakeTeams.CardOf(posted).GetProperty("refresh").GetProperty("userIds").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal(3, pages);

        pages = 10;
        await SendAsync(ChannelOf(connector), NoticeKind.Requested, Channel, null);
        Assert.Equal(20, pages);
    }

    [Fact]
    public async Task Token_is_kept_until_a_little_before_it_expires()
    {
        await using Receiver connector = await ConnectorAsync();
        TeamsBotChannel channel = ChannelOf(connector);
        await SendAsync(channel, NoticeKind.Reminder, Chat, "17");
        clock.Advance(TimeSpan.FromMinutes(54));
        await SendAsync(channel, NoticeKind.Reminder, Chat, "17");
        Assert.Equal(1, SignInsOf(connector));
        clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(channel, NoticeKind.Reminder, Chat, "17");
        Assert.Equal(2, SignInsOf(connector));
    }

    [Theory]
    [InlineData(401, null, DeliveryOutcome.TryLater, "teams_token_http_401")]
    [InlineData(400, null, DeliveryOutcome.Refused, "teams_token_http_400")]
    [InlineData(429, null, DeliveryOutcome.TryLater, "teams_token_http_429")]
    [InlineData(200, "[]", DeliveryOutcome.TryLater, "teams_token_malformed")]
    [InlineData(200, """{"access_token":"a\r\nb","expires_in":3600}""", DeliveryOutcome.TryLater, "teams_token_malformed")]
    [InlineData(200, """{"access_token":"a","expires_in":-1}""", DeliveryOutcome.TryLater, "teams_token_malformed")]
    public async Task Without_a_token_nothing_is_sent_and_the_code_says_why(int status, string? body, DeliveryOutcome outcome, string code)
    {
        await using Receiver connector = await Receiver.StartAsync();
        connector.Answer = (_, response) =>
        {
            response.StatusCode = status;
            return response.WriteAsync(body ?? "{}");
        };
        Delivery refused = await SendAsync(ChannelOf(connector), NoticeKind.Reminder, Chat, "17");
        Assert.Equal((outcome, code), (refused.Outcome, refused.Code));
        Assert.All(connector.Seen, seen => Assert.StartsWith("/login/", seen, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Message_without_an_id_in_the_answer_counts_as_posted()
    {
        await using Receiver connector = await ConnectorAsync((_, response) => response.WriteAsync("[]"));
        Assert.Equal(Delivery.Delivered(), await SendAsync(ChannelOf(connector), NoticeKind.Requested, Channel, null));
    }

    [Fact]
    public void Groups_are_asked_in_their_own_conversation_or_in_everybodys()
    {
        TeamsBotOptions options = OptionsOf(new Uri("https://smba.trafficmanager.net/teams/"));
        ActionDocument document = Documents.InReview(null, Documents.ActionId, Documents.Owners with { Groups = ["data-owners", "security", "platform"] });
        string[] Addresses(TeamsBotOptions from) =>
            [.. new TeamsBotChannel(from, null!, null!, null!, clock).AddressesOf(NoticeOf(NoticeKind.Requested), document, [Documents.Dana])];
        Assert.Equal([Channel], Addresses(options));
        Assert.Equal([Channel, Chat], Addresses(options with { Conversations = new Dictionary<string, string> { ["data-owners"] = Channel, ["*"] = Chat } }));
    }

    private static async Task<Receiver> ConnectorAsync(Func<Received, HttpResponse, Task>? answer = null)
    {
        Receiver connector = await Receiver.StartAsync();
        connector.Answer = (request, response) => request.Path.StartsWith("/login/", StringComparison.Ordinal)
            ? Answer(response, new JsonObject { ["access_token"] = "t", ["expires_in"] = 3_600 })
            : (answer ?? ((_, ok) => Answer(ok, new JsonObject { ["id"] = "17" })))(request, response);
        return connector;
    }

    private static int SignInsOf(Receiver connector) => connector.Seen.Count(seen => seen.StartsWith("/login/", StringComparison.Ordinal));

    private TeamsBotChannel ChannelOf(Receiver connector)
    {
        TeamsBotOptions options = OptionsOf(connector.Url);
        var http = new OutboundHttp();
        var pages = new ReviewPages(() => new Uri("https://approvals.example.com"));
        return new TeamsBotChannel(
            options, new TeamsConnector(options, new TeamsTokenSource(options, http, clock), http), new TeamsBotCards(new TeamsSeals(new EphemeralDataProtectionProvider()), pages), pages, clock);
    }

    private static TeamsBotOptions OptionsOf(Uri service) => TeamsBotOptions.Create(
        FakeTeams.App, FakeTeams.Tenant, SecretReference.Parse("env:PATH"), service, // any variable that is set
        new Dictionary<string, string> { ["data-owners"] = Channel },
        new Dictionary<string, PrincipalId> { [FakeTeams.DanaUser] = Documents.Dana.Id }) with
    {
        Cloud = TeamsCloud.Public with { Login = new Uri(service, "login/") },
    };

    private static Task<Delivery> SendAsync(TeamsBotChannel channel, NoticeKind kind, string conversation, string? standing)
    {
        ActionDocument document = kind == NoticeKind.Closed ? Documents.Approved(Documents.InReview(), Documents.Start.AddMinutes(5)) : Documents.InReview();
        return channel.SendAsync(new OutgoingNotice(NoticeOf(kind), document, [Documents.Dana], conversation, standing), CancellationToken.None);
    }

    private static Notice NoticeOf(NoticeKind kind) => new($"{Documents.ActionId}:0:{kind}", kind, 0, Documents.Start, Documents.Start.AddHours(4));

    private static Task Answer(HttpResponse response, JsonObject body) => response.WriteAsync(body.ToJsonString());

    private static Task Status(HttpResponse response, int status)
    {
        response.StatusCode = status;
        return Task.CompletedTask;
    }
}
