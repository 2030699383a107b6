using System.Globalization;
using Approvals.Notifications.Channels;
using Approvals.Notifications.Outbox;
using Approvals.Web.Reviews;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Embedded.Notifications;

/// <summary>
/// Prints a personal review link for each reviewer on the terminal where the host runs: standard output, never the log. A link lets its holder
/// decide in that person's name, so this is for the machine of somebody who reviews. Links are made as they are printed and kept nowhere.
/// </summary>
public sealed class ConsoleChannel(ReviewLinks links, TextWriter output) : INoticeChannel
{
    public const string ChannelName = "console";

    public string Name => ChannelName;

    public IReadOnlyList<string> AddressesOf(Notice notice, ActionDocument document, IReadOnlyList<Principal> recipients) => ["terminal"];

    public async Task<Delivery> SendAsync(OutgoingNotice outgoing, CancellationToken cancellationToken)
    {
        ActionDocument document = outgoing.Document;
        if (outgoing.Notice.Kind == NoticeKind.Closed)
        {
            if (document.IsTerminal) await output.WriteLineAsync($"{document.Request.Type} {document.Id}: {document.Status.ToString().ToLowerInvariant()}");
            return Delivery.Delivered();
        }

        string what = outgoing.Notice.Kind switch
        {
            NoticeKind.Reminder => "still waits for review",
            NoticeKind.Escalated => "is late, and waits for review",
            _ => "waits for review",
        };
        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine($"{document.Request.Type} {document.Id} {what}:");
        foreach (Principal person in outgoing.Recipients)
            text.WriteLine($"  {person.DisplayName}: {links.Create(document, person).Url}");
        if (outgoing.Recipients.Count == 0) text.WriteLine("  nobody in approvals.yaml may vote on it; see people and groups there.");
        await output.WriteAsync(text.ToString());
        await output.FlushAsync(cancellationToken);
        return Delivery.Delivered();
    }
}
