using System.Diagnostics;
using Approvals.CrashTests.Gates;
using Approvals.Embedded.Data;
using Approvals.Embedded.Hosting;
using Approvals.Engine;

namespace Approvals.CrashTests.Child;

/// <summary>
/// The gate that is killed: the embedded host as it is, in a process of its own. The test executable runs itself as this when its first argument
/// is <see cref="Argument"/>. It says <c>ready URL</c> once it takes requests and <c>review ID</c> for whoever votes, and ends when its input ends.
/// </summary>
internal static class ChildGate
{
    public const string Argument = "gate-child";

    /// <summary>In place of a commit to die at.</summary>
    public const string Lives = "-";

    /// <returns>3 when the gate could not start, and why on standard error; as <c>approvals serve</c> does.</returns>
    public static async Task<int> RunAsync(string folder, string death)
    {
        try
        {
            await ServeAsync(folder, death);
            return 0;
        }
        catch (Exception refused) when (refused is DatabaseException or SetupException)
        {
            await Console.Error.WriteLineAsync($"[{(refused as DatabaseException)?.Code ?? ((SetupException)refused).Code}] {refused.Message}");
            return 3;
        }
    }

    private static async Task ServeAsync(string folder, string death)
    {
        Trap? trap = death == Lives ? null : new Trap(CommitAt.Parse(death), Die);
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder) with
        {
            Compose = (services, database) =>
            {
                trap?.Install(services, database);
                Surroundings.Install(services, id => Say($"review {id}"));
            },
        });
        Say($"ready {host.Url}");
        await Task.WhenAny(host.WaitForShutdownAsync(), Task.Run(Console.In.ReadToEnd));
    }

    /// <summary>Nothing of this process runs any more when this is called: SIGKILL, and the thread that called it waits for its end.</summary>
    private static void Die()
    {
        Process.GetCurrentProcess().Kill();
        new ManualResetEventSlim().Wait();
    }

    private static void Say(string line)
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
