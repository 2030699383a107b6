namespace Approvals.Ledger;

/// <summary>
/// Input of this room is malformed, too large or unsupported. <see cref="Code"/> is stable and fit for an API answer;
/// the message names the remedy and never repeats the input, which may hold what redaction has not seen.
/// </summary>
public sealed class LedgerFormatException : FormatException
{
    public LedgerFormatException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>Stable machine-readable code, snake_case.</summary>
    public string Code { get; }
}
