using Approvals.Durable;
using Approvals.Engine;
using Approvals.Workflow.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.CrashTests.Child;

/// <summary>Springs once at one commit of a gate: kills the process, or fails the commit. Production code knows nothing of it but the engine's commit seam.</summary>
internal sealed class Trap(CommitAt at, Action spring)
{
    private const int Unarmed = -1;
    private const int Sprung = -2;

    private int left = at.Operation == CommitAt.AnyOperation ? at.Offset : Unarmed;

    /// <summary>Commits that were begun.</summary>
    public int Commits { get; private set; }

    public void Install(IServiceCollection services, Database database)
    {
        database.Failpoint = Reach;
        Wrap<IIntake>(services, inner => new TrappedIntake(inner, this));
        Wrap<IPayloadVault>(services, inner => new TrappedVault(inner, this));
        Wrap<IActionIndex>(services, inner => new TrappedIndex(inner, this));
        Wrap<ILedger>(services, inner => new TrappedLedger(inner, this));
        Wrap<IDelegationStore>(services, inner => new TrappedDelegations(inner, this));
        Wrap<IDurableClient>(services, inner => new TrappedClient(inner, this));
    }

    public static void Wrap<T>(IServiceCollection services, Func<T, T> wrap)
        where T : class
    {
        ServiceDescriptor registered = services.Last(service => service.ServiceType == typeof(T));
        services.Remove(registered);
        services.AddSingleton(provider => wrap((T)(registered.ImplementationInstance ?? registered.ImplementationFactory!(provider))));
    }

    /// <summary>An operation is about to write.</summary>
    public void Enter(string operation)
    {
        if (operation == at.Operation) Interlocked.CompareExchange(ref left, at.Offset, Unarmed);
    }

    /// <summary>On the writer thread, around each commit.</summary>
    private void Reach(CommitPoint point)
    {
        if (point == CommitPoint.BeforeCommit) Commits++;
        int now = Volatile.Read(ref left);
        if (now < 0) return;
        if (now == 0 && point == at.Point)
        {
            Volatile.Write(ref left, Sprung);
            spring();
        }
        else if (now > 0 && point == CommitPoint.AfterCommit)
        {
            Volatile.Write(ref left, now - 1);
        }
    }
}
