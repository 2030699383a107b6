using System.Net;
using Approvals.Cli.Output;

namespace Approvals.Cli.Gate;

/// <summary>
/// Repeats a call while the gate restarts or is overloaded. Reviews take hours; a pipeline must not fail because the gate was updated meanwhile.
/// Only for calls that may be repeated: reads, and writes with an idempotency key or of a fact that is recorded once.
/// </summary>
internal static class Patience
{
    /// <summary>How long a gate may be away before the command gives up.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <exception cref="GateException">Refused, or still overloaded after two minutes.</exception>
    /// <exception cref="GateUnreachableException">Not reached for two minutes.</exception>
    public static async Task<T> WithAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        TimeSpan pause = FirstPause;
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception error) when (IsTransient(error) && TimeProvider.System.GetElapsedTime(start) + pause < Longest)
            {
                Terminal.Error.Progress("the gate does not answer; trying again …");
                await Task.Delay(pause, TimeProvider.System, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private static bool IsTransient(Exception error) => error switch
    {
        GateUnreachableException => true,
        GateException gate => gate.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout,
        _ => false,
    };
}
