namespace Approvals.Bench.Gate;

/// <summary>Rests before each step of another client.</summary>
internal sealed class PacedClient(LoadClient inner, RunningGate gate, TimeSpan pause) : LoadClient(gate)
{
    private readonly ManualResetEventSlim _never = new(false);

    public override int Refused => inner.Refused;

    public override TimeSpan? Step()
    {
        _never.Wait(pause);
        return inner.Step();
    }

    public override void Dispose()
    {
        inner.Dispose();
        _never.Dispose();
        base.Dispose();
    }
}
