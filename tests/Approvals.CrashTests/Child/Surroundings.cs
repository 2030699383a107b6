using Approvals.Workflow.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.CrashTests.Child;

/// <summary>What stands in for the people around a gate, whichever process it runs in.</summary>
internal static class Surroundings
{
    /// <param name="announce">Told of every action that reviewers are asked about.</param>
    public static void Install(IServiceCollection services, Action<string> announce)
    {
        Trap.Wrap<INotifier>(services, inner => new SpokenNotifier(inner, announce));
        SecondFactor.Install(services);
    }
}
