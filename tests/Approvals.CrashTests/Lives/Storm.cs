using Approvals.CrashTests.Gates;
using Approvals.Ledger.Log;

namespace Approvals.CrashTests.Lives;

/// <param name="Seed">The same seed gives the same kills, as far as a machine's timing allows.</param>
/// <param name="Kills">How many gates are killed.</param>
/// <param name="Callers">Actions that are under way at once.</param>
internal sealed record StormPlan(ulong Seed, int Kills, int Callers);

/// <summary>What a storm did.</summary>
internal sealed record StormReport(int Kills, int KilledBeforeReady, int Lives, int Repeated, long LedgerSize, int Checkpoints, TimeSpan SlowestStart, TimeSpan Took)
{
    public override string ToString() =>
        $"{Kills} SIGKILLs ({KilledBeforeReady} of them during the start), {Lives} actions, {Repeated} requests without an answer and repeated, " +
        $"ledger of {LedgerSize} entries, {Checkpoints} checkpoints kept, slowest start {SlowestStart.TotalMilliseconds:0} ms, {Took.TotalSeconds:0} s";
}

/// <summary>Gates on one folder, killed at random times while many actions of every kind are under way; then what was promised is checked.</summary>
internal static class Storm
{
    private static readonly LifeKind[] Kinds = Enum.GetValues<LifeKind>();

    public static async Task<StormReport> RunAsync(StormPlan plan, TimeSpan limit, Action<string> log)
    {
        long began = TimeProvider.System.GetTimestamp();
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, limit);
        using var calm = new CancellationTokenSource();
        var lives = new List<Life>();
        var checkpoints = new HashSet<string>();
        Task[] load = [.. Enumerable.Range(0, plan.Callers).Select(caller => LiveAsync(client, lives, caller, plan.Seed, calm.Token)), KeepCheckpointsAsync(client, checkpoints, calm.Token)];

        var dice = new Dice(plan.Seed);
        int early = 0;
        TimeSpan slowest = TimeSpan.Zero;
        for (int kill = 0; kill < plan.Kills; kill++)
        {
            await using GateProcess gate = GateProcess.Start(folder, link);
            long start = TimeProvider.System.GetTimestamp();
            if (dice.Next(5) == 0)
            {
                await Task.WhenAny(gate.Ready, Task.Delay(TimeSpan.FromMilliseconds(dice.Next(500)), TimeProvider.System));
            }
            else
            {
                Assert.True(await gate.Ready, $"The gate did not start again:\n{gate.Errors}");
                slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, TimeProvider.System.GetElapsedTime(start).Ticks));
                await Task.WhenAny(Task.WhenAny(load), Task.Delay(TimeSpan.FromMilliseconds(20 + dice.Next(dice.Next(2) == 0 ? 250 : 1500)), TimeProvider.System));
            }

            if (!gate.Ready.IsCompleted) early++;
            if (load.FirstOrDefault(task => task.IsCompleted) is { } failed) await failed;
            gate.Kill();
            await gate.Ended;
            Assert.True(gate.WasKilled, $"The gate ended by itself:\n{gate.Errors}");
            if (kill % 25 == 24) log($"{kill + 1} kills, {lives.Count} actions, {checkpoints.Count} checkpoints");
        }

        await using (GateProcess last = GateProcess.Start(folder, link))
        {
            await calm.CancelAsync();
            await Task.WhenAll(load);
            await Promises.AssertKeptAsync(client, lives, checkpoints);
            await last.StopAsync();
        }

        await Promises.AssertAtRestAsync(folder, lives);
        long size = checkpoints.Max(note => Checkpoint.Parse(SignedNote.Parse(note)).Size);
        return new StormReport(plan.Kills, early, lives.Count, client.Repeated, size, checkpoints.Count, slowest, TimeProvider.System.GetElapsedTime(began));
    }

    private static async Task LiveAsync(GateClient client, List<Life> lives, int caller, ulong seed, CancellationToken calm)
    {
        var dice = new Dice(seed + 1 + (ulong)caller);
        for (int number = 0; !calm.IsCancellationRequested; number++)
        {
            var life = new Life(client, Kinds[dice.Next(Kinds.Length)], $"{caller}.{number}");
            lock (lives) lives.Add(life);
            await life.RunAsync();
        }
    }

    /// <summary>An auditor who keeps every checkpoint that the gate ever showed.</summary>
    private static async Task KeepCheckpointsAsync(GateClient client, HashSet<string> checkpoints, CancellationToken calm)
    {
        do
        {
            Answer answer = await client.GetAsync(Callers.Auditor, "ledger/checkpoint");
            checkpoints.Add(answer.Text);
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(40), TimeProvider.System, calm)); // canceled or over, either ends it
        }
        while (!calm.IsCancellationRequested);
    }
}
