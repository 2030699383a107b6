using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Approvals.Cli.Output;

/// <summary>
/// Keeps the examples of a command for its own help: in a list of commands they would bury the list. They are what follows the first empty line of
/// a command's description.
/// </summary>
internal sealed class HelpExamples : SynchronousCommandLineAction
{
    private readonly Dictionary<Command, string> examples = [];
    private readonly HelpAction help;

    private HelpExamples(HelpAction help) => this.help = help;

    public override bool Terminating => true;

    public override bool ClearsParseErrors => true;

    public static void Apply(RootCommand root)
    {
        HelpOption option = root.Options.OfType<HelpOption>().Single();
        var shown = new HelpExamples((HelpAction)option.Action!);
        foreach (Command command in root.Subcommands) shown.Take(command);
        option.Action = shown;
    }

    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = help.Invoke(parseResult);
        if (examples.TryGetValue(parseResult.CommandResult.Command, out string? text))
            parseResult.InvocationConfiguration.Output.WriteLine(text + "\n");
        return exitCode;
    }

    private void Take(Command command)
    {
        if (command.Description?.Split("\n\n", 2) is [var what, var rest])
        {
            command.Description = what;
            examples[command] = rest;
        }

        foreach (Command child in command.Subcommands) Take(child);
    }
}
