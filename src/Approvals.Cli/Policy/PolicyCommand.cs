using System.CommandLine;

namespace Approvals.Cli.Policy;

/// <summary><c>approvals policy …</c>: everything about policies that needs no running gate.</summary>
internal static class PolicyCommand
{
    internal static Command Create() => new("policy", "Write, check, test and explain policies.")
    {
        CheckCommand.Create(),
        TestCommand.Create(),
        ExplainCommand.Create(),
        EvalCommand.Create(),
        SimulateCommand.Create(),
        InitCommand.Create(),
    };
}
