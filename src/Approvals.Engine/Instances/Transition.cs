using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>
/// One durable step of an instance on its way through the group commit. What it promises to the outside (answers, activities, timers)
/// happens in <see cref="Complete"/>, after the commit.
/// </summary>
internal sealed class Transition(Instance instance) : WriteItem
{
    /// <summary>Set for the first record of an instance.</summary>
    public Progress? Started { get; init; }

    /// <summary>What the host writes together with the start; not when there is an instance of that id.</summary>
    public Action<SqliteWriter>? Alongside { get; init; }

    public required byte[] Record { get; init; }

    /// <summary>The new status when it changed.</summary>
    public InstanceStatus? Status { get; init; }

    public required long UpdatedAt { get; init; }

    /// <summary>Whether the instance has work now, when that changed.</summary>
    public bool? HasWork { get; init; }

    public required IReadOnlyList<TimerChange> Timers { get; init; }

    /// <summary>Whom to answer when it is durable.</summary>
    public required IReadOnlyList<Message> Answers { get; init; }

    /// <summary>An instance of that id exists: nothing was written.</summary>
    public bool Conflict { get; private set; }

    public override void Apply(SqliteWriter writer)
    {
        Conflict = false;
        if (Started is not null && !InstanceStore.Insert(writer, instance.Key, instance.Id, Started))
        {
            Conflict = true;
            return;
        }

        Alongside?.Invoke(writer);
        InstanceStore.Append(writer, instance.Key, Record);
        if (Status is { } status && Started is null)
            InstanceStore.SetStatus(writer, instance.Key, status, UpdatedAt);
        if (HasWork is { } hasWork)
            InstanceStore.SetWork(writer, instance.Key, hasWork);
        foreach (TimerChange change in Timers)
            InstanceStore.ChangeTimer(writer, instance.Key, change);
    }

    public override void Complete(Exception? error) => instance.Committed(this, error);
}
