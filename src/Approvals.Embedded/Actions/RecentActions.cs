using System.Diagnostics.CodeAnalysis;
using Approvals.Workflow.Actions;

namespace Approvals.Embedded.Actions;

/// <summary>
/// The documents that were written or read last, so that the steps of an action, and those who wait for it, need not read and parse it again.
/// Holds what is durable and nothing else. Calls may overlap.
/// </summary>
/// <remarks>
/// INVARIANT: while anybody reads or writes a document its slot is pinned and cannot be evicted, and in a slot a newer version is never
/// replaced by an older one; so what a slow reader or writer brings late is dropped. After a write whose outcome is unclear the slot takes
/// nothing until everybody has let go of it: then it is gone, and the next one reads what is stored.
/// </remarks>
/// <param name="capacity">Documents; each takes some 10 to 20 KB.</param>
internal sealed class RecentActions(int capacity)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Slot> slots = new(StringComparer.Ordinal);
    private readonly LinkedList<Slot> byUse = new();

    /// <summary>Looks at an action, or begins to read or write it. Every pin is released once.</summary>
    public Slot Pin(string actionId)
    {
        lock (gate)
        {
            if (!slots.TryGetValue(actionId, out Slot? slot)) slots.Add(actionId, slot = new Slot(actionId));
            else byUse.Remove(slot.Place);
            byUse.AddLast(slot.Place);
            slot.Pins++;
            return slot;
        }
    }

    /// <summary>What is known of a pinned action, or <see langword="null"/>: read it then, and say what was found.</summary>
    public (ActionDocument Document, long Version)? Look(Slot slot)
    {
        lock (gate) return slot.Document is { } document ? (document, slot.Version) : null;
    }

    /// <summary>Takes a document that is durable.</summary>
    public void Put(Slot slot, ActionDocument document, long version)
    {
        lock (gate)
        {
            if (!slot.IsUnclear && version > slot.Version) (slot.Document, slot.Version) = (document, version);
        }
    }

    /// <summary>
    /// The submission and the redaction of an action create its document at the same moment: whoever comes first does, and
    /// <see cref="EndCreation">says so</see>; the others wait for that one.
    /// </summary>
    public bool TryBeginCreation(Slot slot, [NotNullWhen(false)] out Task<ActionDocument>? others)
    {
        lock (gate)
        {
            others = slot.Creation?.Task;
            if (others is not null) return false;
            slot.Creation = new TaskCompletionSource<ActionDocument>(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    /// <summary>With the document that is stored now, or why nobody knows one; called once by whoever began.</summary>
    public void EndCreation(Slot slot, ActionDocument? stored, Exception? error)
    {
        TaskCompletionSource<ActionDocument> creation;
        lock (gate) (creation, slot.Creation) = (slot.Creation!, null);
        if (stored is not null) creation.SetResult(stored);
        else creation.SetException(error!);
        _ = creation.Task.Exception; // seen, also when nobody joined
    }

    /// <summary>A write may or may not have been stored.</summary>
    public void Doubt(Slot slot)
    {
        lock (gate) (slot.Document, slot.IsUnclear) = (null, true);
    }

    public void Release(Slot slot)
    {
        lock (gate)
        {
            slot.Pins--;
            if (slot is { Pins: 0, Document: null }) Remove(slot);
            LinkedListNode<Slot>? oldest = byUse.First;
            while (slots.Count > capacity && oldest is not null)
            {
                Slot candidate = oldest.Value;
                oldest = oldest.Next;
                if (candidate.Pins == 0) Remove(candidate);
            }
        }
    }

    private void Remove(Slot slot)
    {
        slots.Remove(slot.ActionId);
        byUse.Remove(slot.Place);
    }

    /// <summary>One action's place; its fields belong to <see cref="RecentActions"/>.</summary>
    internal sealed class Slot
    {
        public Slot(string actionId) => (ActionId, Place) = (actionId, new LinkedListNode<Slot>(this));

        public string ActionId { get; }

        public LinkedListNode<Slot> Place { get; }

        public ActionDocument? Document { get; set; }

        public long Version { get; set; }

        /// <summary>While somebody creates the document.</summary>
        public TaskCompletionSource<ActionDocument>? Creation { get; set; }

        public int Pins { get; set; }

        public bool IsUnclear { get; set; }
    }
}
