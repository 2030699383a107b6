using Approvals.Durable;

namespace ApprovalFunctions.Durable;

/// <summary>
/// How an activity's failure crosses the host: as a code in an exception of ours. The host writes message and stack of what an activity
/// throws into the history and into its log, and the message of a foreign exception may quote a payload.
/// </summary>
public sealed class ActivityFailureException(string code, bool permanent) : Exception(Mark + (permanent ? "permanent:" : "transient:") + code)
{
    private const string Mark = "approvals-activity-failure:";
    private const int MaxCode = 128;

    public string Code { get; } = code;

    public bool Permanent { get; } = permanent;

    /// <summary>What the history may know of an exception.</summary>
    public static ActivityFailureException From(Exception exception) => exception switch
    {
        PermanentFailureException permanent => new ActivityFailureException(permanent.Code, permanent: true),
        _ => new ActivityFailureException(exception.GetType().Name, permanent: false),
    };

    public static bool IsIn(string? recordedMessage) => recordedMessage?.Contains(Mark, StringComparison.Ordinal) == true;

    /// <summary>Reads the failure back from the text that the host recorded; anything else is a transient failure of its type's name.</summary>
    public static ActivityFailureException Parse(string? recordedType, string? recordedMessage)
    {
        int start = recordedMessage?.IndexOf(Mark, StringComparison.Ordinal) ?? -1;
        if (start < 0) return new ActivityFailureException(CodeOf(recordedType?.Split('.')[^1]), permanent: false);
        string[] parts = recordedMessage![(start + Mark.Length)..].Split(':', 2);
        return new ActivityFailureException(parts.Length == 2 ? CodeOf(parts[1]) : "unknown", parts[0] == "permanent");
    }

    /// <summary>The leading characters a code or a type name may have; what a host put behind it is no part of it.</summary>
    private static string CodeOf(string? text)
    {
        int length = 0;
        while (text is not null && length < text.Length && length < MaxCode && (char.IsAsciiLetterOrDigit(text[length]) || text[length] is '_' or '-' or '`'))
            length++;
        return length == 0 ? "unknown" : text![..length];
    }
}
