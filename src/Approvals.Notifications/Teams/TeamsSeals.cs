using Approvals.Notifications.Chats;
using Microsoft.AspNetCore.DataProtection;

namespace Approvals.Notifications.Teams;

/// <inheritdoc/>
public sealed class TeamsSeals(IDataProtectionProvider protection) : ChatSeals(protection, "Teams");
