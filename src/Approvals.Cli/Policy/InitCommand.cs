using System.CommandLine;
using ExitCodes = Approvals.Cli.Output.ExitCodes;
using Approvals.Policy;

namespace Approvals.Cli.Policy;

/// <summary><c>approvals policy init [FOLDER]</c>: a starter policy with its tests and the schema for editors.</summary>
internal static class InitCommand
{
    internal static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Where to write it.", DefaultValueFactory = _ => "." };
        var command = new Command("init", "Write a starter policy: least privilege for AI agents, data exports, infrastructure and secrets, with tests.") { folder };
        command.SetAction(parse => PolicyFile.Guard(parse.InvocationConfiguration.Error, () =>
            Run(parse.GetRequiredValue(folder), Terminal.Of(parse.InvocationConfiguration.Output), parse.InvocationConfiguration.Error)));
        return command;
    }

    private static int Run(string folder, Terminal terminal, TextWriter error)
    {
        (string Name, string Text)[] files =
        [
            ("policy.yaml", PolicyStarter.Policy),
            ("policy.tests.yaml", PolicyStarter.Tests),
            ("policy.schema.json", PolicyStarter.Schema),
            ("policy-tests.schema.json", PolicyStarter.TestsSchema),
        ];
        // Nothing is written where anything is in the way: half a bundle would be worse than none.
        if (files.Select(f => Path.Combine(folder, f.Name)).FirstOrDefault(File.Exists) is { } existing)
        {
            error.WriteLine($"{existing} is there already: choose another folder, or remove it.");
            return ExitCodes.WrongUse;
        }
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PolicyFile.UnreadableException($"Cannot create {folder}: {e.Message}", e);
        }
        foreach (var (name, text) in files)
        {
            PolicyFile.WriteText(Path.Combine(folder, name), text);
            terminal.Line($"{terminal.Green("wrote")} {Path.Combine(folder, name)}");
        }
        terminal.Line($"Next: approvals policy test {Path.Combine(folder, "policy.yaml")}");
        return ExitCodes.Done;
    }
}
