namespace Approvals.Notifications.Messages;

/// <summary>
/// Where messages send people: pages that ask who they are. No link of a message is a credential; chats and their scanners keep them for ever.
/// </summary>
/// <param name="publicUrl">How people reach the gate; asked each time, since a host may learn its port late.</param>
public sealed class ReviewPages(Func<Uri> publicUrl)
{
    /// <summary>The page that decides.</summary>
    public Uri Of(string actionId) => new(publicUrl(), $"/actions/{actionId}/review");

    /// <summary>The page that tells what became of it.</summary>
    public Uri TimelineOf(string actionId) => new(publicUrl(), $"/actions/{actionId}");
}
