using Approvals.Engine;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Embedded.Tests;

public sealed class ActionIndexTests
{
    private static readonly Principal Alice = new(PrincipalKind.Service, Principal.LocalIssuer, "alice", "Alice", []);

    [Fact]
    public async Task Document_created_twice_is_the_first_one()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Index.CreateAsync(Document(1) with { Status = ActionStatus.InReview }, CancellationToken.None);
        ActionDocument second = await stores.Index.CreateAsync(Document(1), CancellationToken.None);
        Assert.Equal(ActionStatus.InReview, second.Status);
    }

    [Fact]
    public async Task Creations_at_once_are_one_write_and_all_get_what_it_stored()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        Task<ActionDocument>[] created = await stores.Database.HoldAsync(() => new[]
        {
            stores.Index.CreateAsync(Document(1), CancellationToken.None),
            stores.Index.CreateAsync(Document(1) with { Status = ActionStatus.InReview }, CancellationToken.None),
        });
        Assert.Equal([ActionStatus.Pending, ActionStatus.Pending], (await Task.WhenAll(created)).Select(document => document.Status));
        await stores.RestartAsync();
        Assert.Equal(ActionStatus.Pending, (await stores.Index.GetAsync(Id(1), CancellationToken.None))!.Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Creation_that_failed_fails_for_all_and_can_be_repeated(bool stored)
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        using var bothAsked = new ManualResetEventSlim();
        VaultTests.FailNextCommit(stores, stored, bothAsked.Wait);
        Task<ActionDocument>[] created = [stores.Index.CreateAsync(Document(1), CancellationToken.None), stores.Index.CreateAsync(Document(1), CancellationToken.None)];
        bothAsked.Set();
        foreach (Task<ActionDocument> one in created) await Assert.ThrowsAsync<DatabaseException>(() => one);
        Assert.Equal(Id(1), (await stores.Index.CreateAsync(Document(1), CancellationToken.None)).Id);
    }

    [Fact]
    public async Task Updates_at_once_are_all_applied()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Index.CreateAsync(Document(1) with { LedgerIndex = 0 }, CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() =>
            stores.Index.UpdateAsync(Id(1), document => document with { LedgerIndex = document.LedgerIndex + 1 }, CancellationToken.None))));
        await stores.RestartAsync();
        Assert.Equal(40, (await stores.Index.GetAsync(Id(1), CancellationToken.None))!.LedgerIndex);
    }

    [Fact]
    public async Task Update_of_what_is_not_there_says_so()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await Assert.ThrowsAsync<KeyNotFoundException>(() => stores.Index.UpdateAsync("none", document => document, CancellationToken.None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Update_that_failed_can_be_repeated(bool stored)
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Index.CreateAsync(Document(1), CancellationToken.None);
        VaultTests.FailNextCommit(stores, stored);
        await Assert.ThrowsAsync<DatabaseException>(() => DecideAsync(stores));
        await DecideAsync(stores);
        Assert.Equal(ActionStatus.Denied, (await stores.Index.GetAsync(Id(1), CancellationToken.None))!.Status);
    }

    [Fact]
    public async Task Wait_ends_with_the_change_it_waits_for()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Index.CreateAsync(Document(1), CancellationToken.None);
        Task<ActionDocument?> waiting = stores.Index.WaitAsync(Id(1), document => document.IsTerminal, TimeSpan.FromMinutes(1), CancellationToken.None);
        await stores.Index.UpdateAsync(Id(1), document => document with { Status = ActionStatus.InReview }, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        await DecideAsync(stores);
        Assert.Equal(ActionStatus.Denied, (await waiting)!.Status);
    }

    [Fact]
    public async Task Wait_for_what_holds_already_or_is_not_there_ends_at_once()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Index.CreateAsync(Document(1), CancellationToken.None);
        Assert.NotNull(await stores.Index.WaitAsync(Id(1), _ => true, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.NotNull(await stores.Index.WaitAsync(Id(1), _ => false, TimeSpan.Zero, CancellationToken.None));
        Assert.Null(await stores.Index.WaitAsync("none", _ => false, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [Fact]
    public async Task Pages_give_each_document_once_newest_first()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 25).Select(i => stores.Index.CreateAsync(Document(i), CancellationToken.None)));
        var ids = new List<string>();
        for (string? cursor = null; ;)
        {
            ActionPage page = await stores.Index.ListAsync(new ActionQuery(Limit: 7, Cursor: cursor), CancellationToken.None);
            ids.AddRange(page.Actions.Select(document => document.Id));
            if ((cursor = page.NextCursor) is null) break;
        }

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(Id), ids);
    }

    [Fact]
    public async Task Filters_combine()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        var plan = new ReviewPlan([new ReviewStage("review", ["security"], 1, TimeSpan.FromHours(1))]);
        var decision = new PolicyDecision(PolicyVerdict.Review, "rule", "why", "sha256:0", plan);
        await stores.Index.CreateAsync(Document(1), CancellationToken.None);
        await stores.Index.CreateAsync(Document(2, "other.type"), CancellationToken.None);
        await stores.Index.CreateAsync(Document(3), CancellationToken.None);
        await stores.Index.UpdateAsync(Id(3), document => document with { Status = ActionStatus.InReview, Policy = decision }, CancellationToken.None);

        Assert.Equal([Id(3)], await ListAsync(stores, new ActionQuery(ActionStatus.InReview)));
        Assert.Equal([Id(2)], await ListAsync(stores, new ActionQuery(Type: "other.type")));
        Assert.Equal([Id(3), Id(1)], await ListAsync(stores, new ActionQuery(Type: "data.export", Actor: Alice.Id)));
        Assert.Equal([Id(3)], await ListAsync(stores, new ActionQuery { ReviewGroups = ["finance", "security"] }));
        Assert.Empty(await ListAsync(stores, new ActionQuery { ReviewGroups = ["finance"] }));
        Assert.Empty(await ListAsync(stores, new ActionQuery(Actor: new PrincipalId("elsewhere", "alice"))));
    }

    [Fact]
    public async Task First_reservation_of_a_key_wins_and_is_kept_a_day()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        IdempotencyReservation first = await stores.Index.ReserveAsync(Reservation("one"), CancellationToken.None);
        Assert.Equal("one", first.ActionId);
        stores.Time.Now += TimeSpan.FromHours(25);
        await stores.RestartAsync();
        Assert.Equal("one", (await stores.Index.ReserveAsync(Reservation("two"), CancellationToken.None)).ActionId);
        Assert.Equal("three", (await stores.Index.ReserveAsync(Reservation("three") with { KeyHash = "other" }, CancellationToken.None)).ActionId);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("\0")]
    public async Task Cursor_of_nobody_is_refused(string cursor)
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await Assert.ThrowsAsync<FormatException>(() => stores.Index.ListAsync(new ActionQuery(Cursor: cursor), CancellationToken.None));
    }

    private static Task<ActionDocument> DecideAsync(StoreFolder stores) =>
        stores.Index.UpdateAsync(Id(1), document => document with { Status = ActionStatus.Denied }, CancellationToken.None);

    private static async Task<IEnumerable<string>> ListAsync(StoreFolder stores, ActionQuery query) =>
        (await stores.Index.ListAsync(query, CancellationToken.None)).Actions.Select(document => document.Id);

    private static IdempotencyReservation Reservation(string actionId) =>
        new(Alice.Id, "hash", actionId, "nonce", "request", new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero));

    private static string Id(int number) => $"01990000-0000-7000-8000-{number:D12}";

    private static ActionDocument Document(int number, string type = "data.export") => new()
    {
        Id = Id(number),
        Status = ActionStatus.Pending,
        Request = new ActionRequest(
            Id(number), type, new PrincipalChain(Alice, null, []), "sha256:0", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), null, null),
    };
}
