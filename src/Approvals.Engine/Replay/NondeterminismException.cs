namespace Approvals.Engine;

/// <summary>
/// The code of an orchestration does not do what its history says it did. The message names the first differing step, without data.
/// </summary>
public sealed class NondeterminismException : Exception
{
    /// <summary>The failure code of an instance that failed for this.</summary>
    public const string Code = "nondeterministic";

    private NondeterminismException(string message) : base(message)
    {
    }

    internal static NondeterminismException Differs(int record, int position, HistoryAction? expected, HistoryAction? got) => new(
        $"The code differs from its history at record {record}, action {position}: expected {Describe(expected)}, got {Describe(got)}. " +
        "Register the version this instance began with, and give changed code a new version.");

    internal static NondeterminismException InputDiffers(HistoryAction.CallActivity call) => new(
        $"The code differs from its history at {Describe(call)}: the input differs. Inputs must depend on the context alone.");

    internal static NondeterminismException Foreign() => new(
        "The code awaited a task that is not from its context, so no history can repeat it. " +
        "Call activities for whatever is asynchronous, without ConfigureAwait(false) or Task.Run.");

    private static string Describe(HistoryAction? action) => action switch
    {
        HistoryAction.CallActivity call => $"activity '{call.Name}' (step {call.Step})",
        HistoryAction.CreateTimer timer => $"timer (step {timer.Step}, due {DateTimeOffset.FromUnixTimeMilliseconds(timer.DueAt):O})",
        HistoryAction.CancelTimer timer => $"withdrawal of the timer of step {timer.Step}",
        HistoryAction.WaitForEvent wait => $"wait for event '{wait.Name}' (step {wait.Step})",
        HistoryAction.CancelWait wait => $"withdrawal of the wait of step {wait.Step}",
        HistoryAction.SetStatus => "custom status",
        HistoryAction.Completed => "completion",
        HistoryAction.Failed => "failure",
        _ => "nothing more",
    };
}
