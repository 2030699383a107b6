namespace Approvals.Durable;

/// <summary>
/// An activity failed for good: its retries are used up, or it threw <see cref="PermanentFailureException"/>.
/// Carries a code and the exception's type name, never its message: messages may quote data that must not reach history.
/// </summary>
public sealed class ActivityFailedException(string activity, string errorCode, int attempts)
    : Exception($"Activity '{activity}' failed after {attempts} attempt(s): {errorCode}.")
{
    public string Activity { get; } = activity;

    /// <summary>The code of a <see cref="PermanentFailureException"/>, or the type name of what was thrown.</summary>
    public string ErrorCode { get; } = errorCode;

    public int Attempts { get; } = attempts;
}

/// <summary>Thrown by an activity to say that trying again is useless. <see cref="Code"/> is recorded in history; it must hold no data.</summary>
public sealed class PermanentFailureException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
