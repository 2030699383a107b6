using Approvals.Embedded.Notifications;
using Approvals.Notifications;
using Approvals.Notifications.Webhooks;
using Approvals.Web.Identity;
using Approvals.Workflow.Principals;

namespace Approvals.Embedded.Configuration;

/// <summary>What <c>approvals.yaml</c> says. The template beside this type explains each key to whoever edits it.</summary>
/// <param name="Name">The gate's name for good: issuer of release tokens and, with <c>/ledger</c>, origin of the checkpoints.</param>
/// <param name="Listen">Where the host listens.</param>
/// <param name="PublicUrl">How people reach it: the beginning of every link.</param>
/// <param name="PolicyPath">Absolute.</param>
/// <param name="NotifyOnConsole">Whether review links are printed on the host's standard output.</param>
/// <param name="CallbackHosts">Where decisions may be announced; empty is nowhere.</param>
public sealed record GateConfiguration(
    string Name,
    Uri Listen,
    Uri PublicUrl,
    string PolicyPath,
    bool NotifyOnConsole,
    IReadOnlyList<string> CallbackHosts,
    IReadOnlyList<Principal> People)
{
    /// <summary>Who is told of what, and how. By default the console alone, when it is to be told.</summary>
    public NotificationOptions Notifications { get; init; } = new()
    {
        Order = NotifyOnConsole ? [ConsoleChannel.ChannelName] : [],
        Callbacks = CallbackHosts.Count == 0 ? null : new CallbackEndpoint(CallbackHosts, []),
    };

    /// <summary>Issuers, and what else the file says of its people.</summary>
    public IdentityOptions Identity { get; init; } = new();
}
