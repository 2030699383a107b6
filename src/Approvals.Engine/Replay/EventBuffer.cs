namespace Approvals.Engine;

/// <summary>Matches events with waits of the same name, both in the order they came.</summary>
internal sealed class EventBuffer
{
    private readonly List<(string Name, byte[] Payload)> _events = [];
    private readonly List<(string Name, Completion Wait)> _waits = [];

    public int Waits => _waits.Count;

    /// <summary>Takes the oldest event of the name that nobody has taken.</summary>
    public byte[]? TryTake(string name)
    {
        int index = _events.FindIndex(buffered => buffered.Name == name);
        if (index < 0)
            return null;
        byte[] payload = _events[index].Payload;
        _events.RemoveAt(index);
        return payload;
    }

    public void Wait(string name, Completion wait) => _waits.Add((name, wait));

    /// <summary>False when the wait has been served already.</summary>
    public bool Withdraw(Completion wait)
    {
        int index = _waits.FindIndex(waiting => ReferenceEquals(waiting.Wait, wait));
        if (index >= 0)
            _waits.RemoveAt(index);
        return index >= 0;
    }

    /// <summary>The wait that gets the event, or <see langword="null"/>: then the event is kept.</summary>
    public Completion? Add(string name, byte[] payload)
    {
        int index = _waits.FindIndex(waiting => waiting.Name == name);
        if (index < 0)
        {
            _events.Add((name, payload));
            return null;
        }

        Completion wait = _waits[index].Wait;
        _waits.RemoveAt(index);
        return wait;
    }
}
