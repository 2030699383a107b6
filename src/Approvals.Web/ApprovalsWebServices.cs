using Approvals.Notifications.Messages;
using Approvals.Notifications.Teams;
using Approvals.Web.Actions;
using Approvals.Web.BreakGlass;
using Approvals.Web.Callers;
using Approvals.Web.Identity;
using Approvals.Web.Pages;
using Approvals.Web.RateLimits;
using Approvals.Web.Requests;
using Approvals.Web.Reviews;
using Approvals.Web.Teams;
using Approvals.Web.Votes;
using Approvals.Workflow.Delegations;
using Approvals.Workflow.Exceptions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Approvals.Web;

public static class ApprovalsWebServiceExtensions
{
    /// <summary>
    /// Adds what the routes need. The host adds the ports (action index, vault, durable client, directory, credential and delegation store, ledger,
    /// signer), the policy in force (a <c>Func&lt;PolicySet&gt;</c> and a <c>Func&lt;PolicyInForce&gt;</c>) and its history, the release desk, its readiness checks, and where Data Protection keeps its keys: every instance must share
    /// one key ring, or review links and forms of one are refused by another.
    /// </summary>
    /// <remarks>
    /// Review links carry a secret in their path. The filter added here turns ASP.NET Core's hosting log off, which puts paths into lines
    /// and scopes; a proxy in front must not log paths below <c>/review/</c> either.
    /// </remarks>
    public static IServiceCollection AddApprovalsWeb(this IServiceCollection services, Action<ApprovalsWebOptions>? configure = null)
    {
        var options = new ApprovalsWebOptions();
        configure?.Invoke(options);
        services.AddSingleton(options);
        services.AddDataProtection().SetApplicationName("approvals");
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton<ApiKeyScheme>();
        services.AddSingleton<ICallerScheme>(provider => provider.GetRequiredService<ApiKeyScheme>());
        services.AddIdentity();
        services.AddSingleton<CallerAuthentication>();
        services.AddSingleton<CallerRateLimiter>();
        services.AddSingleton<BodyBudget>();
        services.AddSingleton<Submission>();
        services.AddSingleton<Ballot>();
        services.AddSingleton<Emergency>();
        services.AddSingleton<FollowUpDesk>();
        services.AddSingleton<StandingApprovalDesk>();
        services.AddSingleton<Deputies>();
        services.AddSingleton<ReviewLinks>();
        services.AddSingleton(new ReviewPages(() => options.PublicUrl));
        services.AddSingleton<FormGuard>();
        services.AddSingleton<FeedSeats>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TeamsTokens>(provider, provider.GetRequiredService<TeamsBotOptions>()));
        services.PostConfigure<LoggerFilterOptions>(KeepPathsOutOfLogs);
        return services;
    }

    /// <summary>Ahead of every other rule for these categories, a configuration file's included.</summary>
    private static void KeepPathsOutOfLogs(LoggerFilterOptions filters)
    {
        foreach (string category in (string[])["Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.HttpLogging", "Microsoft.AspNetCore.StaticFiles"])
        {
            foreach (LoggerFilterRule rule in filters.Rules.Where(rule => rule.CategoryName?.StartsWith(category, StringComparison.OrdinalIgnoreCase) == true).ToArray())
                filters.Rules.Remove(rule);
            foreach (string? provider in filters.Rules.Select(rule => rule.ProviderName).Append(null).Distinct().ToArray())
                filters.Rules.Add(new LoggerFilterRule(provider, category, LevelOf(category), null));
        }
    }

    /// <summary>
    /// The hosting category puts the path into a scope around every request as soon as it may log anything at all, so it may log nothing.
    /// </summary>
    private static LogLevel LevelOf(string category) => category == "Microsoft.AspNetCore.Hosting.Diagnostics" ? LogLevel.None : LogLevel.Warning;
}
