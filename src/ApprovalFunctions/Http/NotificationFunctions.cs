using ApprovalFunctions.Durable;
using Approvals.Web.Notifications;
using Approvals.Web.Slack;
using Approvals.Web.Teams;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Http;

/// <summary>Notifications over HTTP, and what chats send back: one function per route, each the shared handler.</summary>
public sealed class NotificationFunctions(DurableClientAdapter durable)
{
    [Function("list-notifications")]
    public Task<IResult> ListNotifications(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/notifications")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, NotificationHandlers.ListAsync);

    [Function("replay-notification")]
    public Task<IResult> ReplayNotification(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/notifications/{outboxId}/replay")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, NotificationHandlers.ReplayAsync);

    [Function("slack-interactions")]
    public Task<IResult> InteractFromSlack(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "slack/interactions")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, SlackHandlers.InteractAsync);

    [Function("teams-messages")]
    public Task<IResult> ReceiveFromTeams(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "teams/messages")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        durable.Handle(client, request, TeamsHandlers.ReceiveAsync);
}
