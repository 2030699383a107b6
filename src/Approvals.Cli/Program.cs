using System.CommandLine;
using Approvals.Cli.Actions;
using Approvals.Cli.Demo;
using Approvals.Cli.Exec;
using Approvals.Cli.LedgerFiles;
using Approvals.Cli.Notifications;
using Approvals.Cli.Output;
using Approvals.Cli.Principals;
using Approvals.Cli.Serve;
using Approvals.Cli.Upkeep;

var root = new RootCommand(
    "A gate for privileged actions: a pipeline, CI job or AI agent asks, policy and people decide, a signed record says so, and only then is the action released.\n\n" +
    "Try it:            approvals demo\n" +
    "Run a gate:        approvals serve\n" +
    "Ask for an action: approvals submit action.json\n\n" +
    "Exit codes: 0 done, 1 refused (denied, expired, does not verify), 2 wrong use, 3 cannot reach the gate or another failure.")
{
    DemoCommand.Create(),
    ServeCommand.Create(),
    SubmitCommand.Create(),
    WaitCommand.Create(),
    ShowCommand.Create(),
    VoteCommand.Create(),
    ExecCommand.Create(),
    PrincipalCommand.Create(),
    NotificationsCommand.Create(),
    LedgerCommand.Create(),
    UpkeepCommands.Backup(),
    UpkeepCommands.Restore(),
    UpkeepCommands.Purge(),
    Approvals.Cli.Redact.RedactCommand.Create(),
    Approvals.Cli.Policy.PolicyCommand.Create(),
};

HelpExamples.Apply(root);
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Terminal.Error.Line($"approvals: {error.Message}");
    Terminal.Error.Line($"Run 'approvals {string.Join(' ', CommandPath(parsed))} --help' for how to use it.".Replace("  ", " "));
    return ExitCodes.WrongUse;
}

try
{
    // A gate that is told to stop finishes what has begun.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
}
catch (Exception error)
{
    (int exitCode, string message) = CommandErrors.Explain(error);
    Terminal.Error.EndProgress();
    Terminal.Error.Line($"{Terminal.Error.Red("approvals:")} {message}");
    return exitCode;
}

static IEnumerable<string> CommandPath(ParseResult parsed)
{
    var names = new Stack<string>();
    for (var result = parsed.CommandResult; result.Parent is System.CommandLine.Parsing.CommandResult parent; result = parent) names.Push(result.Command.Name);
    return names;
}
