using Approvals.Embedded.Actions;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Embedded.Tests;

public sealed class RecentActionsTests
{
    private const int Ids = 4;

    /// <summary>
    /// Readers and writers overlap at will: each begins (a reader with what is stored then), and ends later. Whoever looks must see nothing
    /// older than what every write that ended before had stored.
    /// </summary>
    [Fact]
    public void Nobody_sees_less_than_what_was_stored_and_told() => Prop.ForAll(
        Gen.Choose(0, 999).ListOf(80).ToArbitrary(),
        steps => Run([.. steps])).QuickCheckThrowOnFailure();

    [Fact]
    public void Only_so_many_are_kept()
    {
        var recent = new RecentActions(2);
        for (int i = 0; i < 5; i++) Touch(recent, $"a{i}", 1);
        Assert.Equal([false, false, false, true, true], Enumerable.Range(0, 5).Select(i => IsKnown(recent, $"a{i}")));
    }

    private static bool Run(int[] steps)
    {
        var recent = new RecentActions(2); // fewer than there are ids, so that slots come and go
        long[] stored = new long[Ids];
        long[] told = new long[Ids];
        var open = new List<(RecentActions.Slot Slot, int Id, long Version, bool Writes)>();
        foreach (int step in steps)
        {
            int id = step % Ids;
            switch (step / Ids % 6)
            {
                case 0: // a read begins: it has looked at the database
                    open.Add((recent.Pin(Name(id)), id, stored[id], false));
                    break;
                case 1: // a write is stored; its writer does not know yet
                    open.Add((recent.Pin(Name(id)), id, ++stored[id], true));
                    break;
                case 2 when open.Count > 0: // a write fails without being known to have been stored
                    (RecentActions.Slot doubted, _, _, _) = Take(open, step);
                    recent.Doubt(doubted);
                    recent.Release(doubted);
                    break;
                case 3 or 4 when open.Count > 0: // a read or a write ends
                    (RecentActions.Slot slot, int of, long version, bool writes) = Take(open, step);
                    if (version > 0) recent.Put(slot, Document(of), version);
                    if (writes) told[of] = Math.Max(told[of], version);
                    recent.Release(slot);
                    break;
                default: // somebody looks
                    RecentActions.Slot seen = recent.Pin(Name(id));
                    bool holds = recent.Look(seen) is not { } known || (known.Version >= told[id] && known.Version <= stored[id]);
                    recent.Release(seen);
                    if (!holds) return false;
                    break;
            }
        }

        return true;
    }

    private static T Take<T>(List<T> list, int step)
    {
        T taken = list[step % list.Count];
        list.Remove(taken);
        return taken;
    }

    private static void Touch(RecentActions recent, string id, long version)
    {
        RecentActions.Slot slot = recent.Pin(id);
        recent.Put(slot, Document(0), version);
        recent.Release(slot);
    }

    private static bool IsKnown(RecentActions recent, string id)
    {
        RecentActions.Slot slot = recent.Pin(id);
        bool known = recent.Look(slot) is not null;
        recent.Release(slot);
        return known;
    }

    private static string Name(int id) => $"action-{id}";

    private static ActionDocument Document(int number) => new()
    {
        Id = Name(number),
        Status = ActionStatus.Pending,
        Request = new ActionRequest(
            Name(number), "data.export", new PrincipalChain(new Principal(PrincipalKind.Service, "local", "alice", "Alice", []), null, []), "sha256:0",
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), null, null),
    };
}
