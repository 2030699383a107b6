namespace Approvals.Redaction;

/// <summary>
/// Input that cannot be redacted, or options that make no sense. Nothing was written. Messages name the place and the remedy, never a value.
/// Codes: <c>invalid_json</c>, <c>json_too_deep</c>, <c>input_too_large</c>, <c>invalid_utf8</c>, <c>invalid_csv</c>, <c>invalid_rule</c>, <c>invalid_options</c>.
/// </summary>
public sealed class RedactionException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Stable code, safe to switch on.</summary>
    public string Code { get; } = code;
}
