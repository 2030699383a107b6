using Approvals.CrashTests.Child;
using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;
using Approvals.Engine;

namespace Approvals.CrashTests;

/// <summary>
/// SIGKILLs a gate on each side of the commit of every write in an action's life. The next gate on the folder takes up what is left, with further actions on
/// top, and dies at the next point.
/// </summary>
internal static class NamedPoints
{
    public static async Task KillAtEachAsync(string[] operations, LifeKind[] kinds)
    {
        var points =
            from operation in operations
            from commit in (CommitAt[])[new(operation, 0, CommitPoint.BeforeCommit), new(operation, 0, CommitPoint.AfterCommit)]
            select commit;
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        var lives = new List<Life>();
        var running = new List<Task>();
        foreach (CommitAt point in points)
        {
            foreach (LifeKind kind in kinds)
            {
                var life = new Life(client, kind, $"{point}-{kind}");
                lives.Add(life);
                running.Add(life.RunAsync());
            }

            await using GateProcess gate = GateProcess.Start(folder, link, point);
            Task over = await Task.WhenAny(gate.Ended, Task.WhenAll(running), FirstFailureAsync(running));
            if (over != gate.Ended) await Task.WhenAll(running);
            Assert.True(over == gate.Ended && gate.WasKilled, $"The gate outlived {point}:\n{gate.Errors}");
        }

        await using (GateProcess last = GateProcess.Start(folder, link))
        {
            await Task.WhenAll(running);
            await Promises.AssertKeptAsync(client, lives, []);
            await last.StopAsync();
        }

        await Promises.AssertAtRestAsync(folder, lives);
    }

    /// <summary>Completes when one of them fails, and never otherwise.</summary>
    private static async Task FirstFailureAsync(IEnumerable<Task> tasks)
    {
        var failed = new TaskCompletionSource();
        foreach (Task task in tasks) _ = task.ContinueWith(_ => failed.TrySetResult(), TaskContinuationOptions.NotOnRanToCompletion);
        await failed.Task;
    }
}
