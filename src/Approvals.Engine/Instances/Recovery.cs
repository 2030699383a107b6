using Microsoft.Extensions.Logging;

namespace Approvals.Engine;

/// <summary>After a start, wakes the instances that had work when the last process ended, no more at once than may be active.</summary>
internal sealed class Recovery(EngineCore engine)
{
    private const int Batch = 256;

    private readonly Lock _gate = new();
    private readonly Queue<(long Key, string Id)> _found = new();
    private long _last;
    private bool _exhausted;
    private bool _pumping;
    private bool _again;

    /// <summary>Whether instances are left that wait until fewer are active.</summary>
    public bool IsHeldBack { get; private set; }

    public void Stop() => _exhausted = true;

    public void Pump()
    {
        lock (_gate)
        {
            _again = true;
            if (_pumping)
                return;
            _pumping = true;
        }

        while (true)
        {
            lock (_gate)
            {
                if (!_again)
                {
                    _pumping = false;
                    return;
                }

                _again = false;
            }

            try
            {
                while (Next() is { } id)
                    engine.Post(id, new Message.Wake());
            }
            catch (DatabaseException error)
            {
                IsHeldBack = true;
                engine.Logger.LogError("Recovery is interrupted: {Message}", error.Message);
            }
        }
    }

    private string? Next()
    {
        if (_exhausted)
        {
            IsHeldBack = false;
            return null;
        }

        IsHeldBack = true; // Before the look, so that whoever leaves after it calls Pump.
        if (engine.IsFull)
            return null;
        IsHeldBack = false;
        if (_found.Count == 0)
        {
            foreach ((long key, string id) in engine.Database.Read(db => InstanceStore.WorkAfter(db, _last, Batch)))
                _found.Enqueue((key, id));
        }

        if (!_found.TryDequeue(out (long Key, string Id) next))
        {
            _exhausted = true;
            return null;
        }

        _last = next.Key;
        return next.Id;
    }
}
