using Approvals.Notifications.Chats;
using Microsoft.AspNetCore.DataProtection;

namespace Approvals.Notifications.Slack;

/// <inheritdoc/>
public sealed class SlackSeals(IDataProtectionProvider protection) : ChatSeals(protection, "Slack");
