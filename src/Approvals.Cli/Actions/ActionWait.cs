using System.Text.Json;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;

namespace Approvals.Cli.Actions;

/// <summary>Waits for a decision by long polls, and lets a person see that it still waits.</summary>
internal static class ActionWait
{
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(30);

    /// <exception cref="CommandException">The time is over; the action goes on.</exception>
    public static async Task<JsonElement> ForDecisionAsync(GateClient gate, string id, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        using ITimer progress = TimeProvider.System.CreateTimer(
            _ => Terminal.Error.Progress($"waiting for a decision … {TimeProvider.System.GetElapsedTime(start):mm\\:ss}"),
            null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));
        try
        {
            while (true)
            {
                TimeSpan left = (timeout ?? TimeSpan.MaxValue) - TimeProvider.System.GetElapsedTime(start);
                int seconds = (int)Math.Clamp(Math.Ceiling(left.TotalSeconds), 0, LongestPoll.TotalSeconds);
                string wait = seconds > 0 ? $"?wait={seconds}" : "";
                JsonElement action = await Patience.WithAsync(() => gate.GetAsync($"api/actions/{GateClient.Segment(id)}{wait}", cancellationToken), cancellationToken);
                if (ActionReport.IsDecided(action)) return action;
                if (left <= TimeSpan.Zero)
                    throw CommandException.Failed($"Not decided yet ({ActionReport.Status(action)}). The action goes on; wait again with 'approvals wait {id}'.");
            }
        }
        finally
        {
            progress.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Terminal.Error.EndProgress();
        }
    }
}
