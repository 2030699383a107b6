using System.CommandLine;
using Approvals.Cli.Output;

namespace Approvals.Cli.Demo;

internal enum DemoEnding
{
    /// <summary>A person decides in the browser.</summary>
    Person,
    Approve,
    Deny,
    Expire,
}

/// <summary><c>approvals demo</c></summary>
internal static class DemoCommand
{
    internal static Command Create()
    {
        var auto = new Option<bool>("--auto") { Description = "Nobody is here: approve over HTTP, through the very link and form that a person would use." };
        var deny = new Option<bool>("--deny") { Description = "With --auto: deny instead." };
        var expire = new Option<bool>("--expire") { Description = "With --auto: let the deadline pass instead." };
        var keep = new Option<bool>("--keep") { Description = "Keep the data folder, to look around in." };
        var command = new Command(
            "demo",
            "One action from request to verified record, on this machine, in a minute. Leaves nothing behind.\n\nExamples:\n  approvals demo\n  approvals demo --auto\n  approvals demo --auto --deny")
        { auto, deny, expire, keep };
        command.Validators.Add(result =>
        {
            bool denies = result.GetValue(deny), expires = result.GetValue(expire);
            if (denies && expires) result.AddError("Say either --deny or --expire.");
            if ((denies || expires) && !result.GetValue(auto)) result.AddError("--deny and --expire go with --auto; without it you decide in the browser.");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            DemoEnding ending = !parsed.GetValue(auto) ? DemoEnding.Person
                : parsed.GetValue(deny) ? DemoEnding.Deny
                : parsed.GetValue(expire) ? DemoEnding.Expire
                : DemoEnding.Approve;
            return RunAsync(ending, parsed.GetValue(keep), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(DemoEnding ending, bool keep, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("approvals-demo-").FullName;
        try
        {
            await using DemoGate gate = await DemoGate.StartAsync(folder, cancellationToken);
            return await new DemoStory(gate, Terminal.Out, ending).TellAsync(cancellationToken) ? ExitCodes.Done : ExitCodes.Refused;
        }
        finally
        {
            if (keep) Terminal.Error.Line($"kept: {folder}");
            else Directory.Delete(folder, recursive: true);
        }
    }
}
