using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Inbox;

/// <summary>What waits for one person's decision, the most urgent first. Decided one by one: there is no form for several.</summary>
internal static class ReviewQueue
{
    /// <summary>The newest so many requests to the person's groups are looked at.</summary>
    public const int Size = 100;

    public static IEnumerable<InboxItem> InOrder(IEnumerable<InboxItem> items) =>
        items.OrderByDescending(item => item.IsForYou).ThenBy(item => item.Due ?? DateTimeOffset.MaxValue);

    /// <summary>What this person can decide now, but for one action.</summary>
    public static async Task<IReadOnlyList<InboxItem>> OfAsync(Exchange exchange, string exceptId)
    {
        Principal person = exchange.Caller.Principal;
        ActionPage page = await exchange.Index.ListAsync(
            new ActionQuery(ActionStatus.InReview, Limit: Size) { ReviewGroups = person.Groups }, exchange.Aborted);
        return [.. InOrder(page.Actions.Where(document => document.Id != exceptId).Select(document => InboxItem.Of(document, person, exchange.Now)).Where(item => item.IsForYou))];
    }
}
