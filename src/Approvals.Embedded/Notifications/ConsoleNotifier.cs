using System.Globalization;
using Approvals.Web.Reviews;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Embedded.Notifications;

/// <summary>
/// Prints a personal review link for each reviewer on the terminal where the host runs: standard output, never the log. A link lets its holder
/// decide in that person's name, so this is for the machine of somebody who reviews.
/// </summary>
public sealed class ConsoleNotifier(ReviewLinks links, TextWriter output) : INotifier
{
    public async Task NotifyAsync(
        string noticeId, NoticeKind kind, ActionDocument document, IReadOnlyList<Principal> recipients, CancellationToken cancellationToken)
    {
        if (kind == NoticeKind.Closed)
        {
            await output.WriteLineAsync($"{document.Request.Type} {document.Id}: {document.Status.ToString().ToLowerInvariant()}");
            return;
        }

        // Another instance of this call, or a vote, may have closed the review since.
        if (document.IsTerminal || document.Review is not { IsOpen: true }) return;
        string what = kind switch
        {
            NoticeKind.Reminder => "still waits for review",
            NoticeKind.Escalated => "is late, and waits for review",
            _ => "waits for review",
        };
        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine($"{document.Request.Type} {document.Id} {what}:");
        foreach (Principal person in recipients)
            text.WriteLine($"  {person.DisplayName}: {links.Create(document, person).Url}");
        if (recipients.Count == 0) text.WriteLine("  nobody in approvals.yaml may vote on it; see people and groups there.");
        await output.WriteAsync(text.ToString());
        await output.FlushAsync(cancellationToken);
    }
}

/// <summary>Where nobody is told: reviewers find their work in the inbox.</summary>
public sealed class NoNotifier : INotifier
{
    public Task NotifyAsync(
        string noticeId, NoticeKind kind, ActionDocument document, IReadOnlyList<Principal> recipients, CancellationToken cancellationToken) => Task.CompletedTask;
}
