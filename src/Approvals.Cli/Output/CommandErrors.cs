using Approvals.Cli.Gate;
using Approvals.Embedded.Data;
using Approvals.Engine;
using Approvals.Ledger;
using Approvals.Policy;

namespace Approvals.Cli.Output;

/// <summary>Turns what went wrong into an exit code and a sentence that says what to do.</summary>
internal static class CommandErrors
{
    public static (int ExitCode, string Message) Explain(Exception error) => error switch
    {
        CommandException command => (command.ExitCode, command.Message),
        GateException gate => (gate.ExitCode, gate.Message),
        GateUnreachableException unreachable => (ExitCodes.Failed, unreachable.Message),
        SetupException setup => (ExitCodes.WrongUse, $"{setup.Message} [{setup.Code}]"),
        PolicyException policy => (ExitCodes.WrongUse, policy.Message),
        DatabaseException database => (ExitCodes.Failed, $"{database.Message} [{database.Code}]"),
        LedgerFormatException format => (ExitCodes.Refused, $"{format.Message} [{format.Code}]"),
        OperationCanceledException => (ExitCodes.Failed, "Interrupted."),
        IOException or UnauthorizedAccessException => (ExitCodes.Failed, error.Message),
        _ => (ExitCodes.Failed, $"A defect, please report it: {error}"),
    };
}
