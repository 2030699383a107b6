using Approvals.Durable;
using Approvals.Notifications.Channels;
using Approvals.Notifications.Messages;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Slack;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Webhooks;
using Approvals.Workflow.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Approvals.Notifications;

public static class NotificationServiceExtensions
{
    /// <summary>
    /// Adds the outbox and the channels that the options name. The host registers <see cref="OutboxOrchestration.Definition"/> and
    /// <see cref="OutboxActivities"/> with its engine, adds the ports, <see cref="ReviewPages"/> and Data Protection, and may add channels of its
    /// own (<see cref="INoticeChannel"/>).
    /// </summary>
    /// <param name="source">The gate's name, for CloudEvents.</param>
    public static IServiceCollection AddNotifications(this IServiceCollection services, NotificationOptions options, string source)
    {
        services.AddSingleton(options);
        services.AddSingleton<NotificationMetrics>();
        services.AddSingleton<OutboundHttp>();
        services.AddSingleton<SignedPost>();
        services.AddSingleton(provider => new CloudEvents(source, provider.GetRequiredService<ReviewPages>()));
        services.AddSingleton<OutboxActivities>();
        services.AddSingleton<INotifier>(provider => new OutboxNotifier(
            provider.GetRequiredService<IDurableClient>(), options.Order, [.. options.Webhooks.Select(WebhookChannel.NameOf)], provider.GetRequiredService<TimeProvider>()));

        services.AddSingleton(provider => new CallbackOutbox(
            provider.GetRequiredService<IDurableClient>(), options.Callbacks, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<CallbackOutbox>>()));

        if (options.Slack is { } slack)
        {
            services.AddSingleton(slack);
            services.AddSingleton<SlackSeals>();
            services.AddSingleton<SlackApi>();
            services.AddSingleton<SlackMessages>();
            services.AddSingleton<SlackDialogs>();
            services.AddSingleton<SlackRequests>();
            services.AddSingleton<INoticeChannel, SlackChannel>();
        }

        if (options.Teams is { } teams)
        {
            services.AddSingleton(teams);
            services.AddSingleton<TeamsCard>();
            services.AddSingleton<INoticeChannel, TeamsChannel>();
        }

        if (options.TeamsBot is { } bot)
        {
            services.AddSingleton(bot);
            services.AddSingleton<TeamsSeals>();
            services.AddSingleton<TeamsTokenSource>();
            services.AddSingleton<TeamsConnector>();
            services.AddSingleton<TeamsBotCards>();
            services.AddSingleton<INoticeChannel, TeamsBotChannel>();
        }

        foreach (WebhookOptions webhook in options.Webhooks)
            services.AddSingleton<INoticeChannel>(provider => ActivatorUtilities.CreateInstance<WebhookChannel>(provider, webhook));
        if (options.Callbacks is { } callbacks)
            services.AddSingleton<INoticeChannel>(provider => ActivatorUtilities.CreateInstance<CallbackChannel>(provider, callbacks));
        return services;
    }
}
