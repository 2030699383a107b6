using System.Diagnostics;
using System.Globalization;
using Approvals.Durable;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Engine.Tests;

/// <summary>
/// A host that says on its standard output what was acknowledged to it, and is killed. The test executable runs itself as this when its
/// first argument is <see cref="Argument"/>.
/// </summary>
public static class CrashChild
{
    public const string Argument = "crash-child";

    public static EngineHost NewEngine(Database database, TimeProvider clock) => new EngineHost(
            database, new EngineOptions(), clock, NullLogger<EngineHost>.Instance)
        .Add(ActivityDefinition.Create<int, int>("act", async (_, n, _) =>
        {
            await Task.Yield();
            return n + 1;
        }))
        .Add(OrchestrationDefinition.Create<int, string>("flow", 1, async (context, n) =>
        {
            int first = await context.CallActivityAsync<int>("act", n);
            context.SetStatus(new { first });
            string vote = await context.WaitForEventAsync<string>("vote");
            await context.CreateTimerAsync(context.Now.AddMilliseconds(2));
            return $"{vote} {await context.CallActivityAsync<int>("act", first)} {context.NewGuid()}";
        }));

    /// <param name="arguments">Folder, a name that keeps the ids of this run apart, and <c>point:count</c> of the commit to die at, or nothing.</param>
    public static async Task RunAsync(string[] arguments)
    {
        (string folder, string run, string[] death) = (arguments[0], arguments[1], arguments[2].Split(':'));
        using var database = new Database(folder, NullLogger<Database>.Instance);
        await using EngineHost engine = NewEngine(database, TimeProvider.System);
        database.Open();
        int commits = 0;
        if (death.Length == 2)
        {
            CommitPoint point = Enum.Parse<CommitPoint>(death[0]);
            int count = int.Parse(death[1], CultureInfo.InvariantCulture);
            database.Failpoint = reached =>
            {
                if (reached == point && ++commits == count)
                    Process.GetCurrentProcess().Kill(); // SIGKILL
            };
        }

        await engine.StartAsync();
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                string id = $"{run}-{Interlocked.Increment(ref next):00000}";
                await engine.Client.StartAsync("flow", id, next);
                Say($"started {id}");
                await engine.Client.RaiseEventAsync(id, "vote", "v-" + id, "yes");
                Say($"voted {id}");
                if (await engine.Client.GetAsync(id) is { HasEnded: true } state)
                    Say($"ended {id} {state.OutputJson}");
            }
        })));
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
