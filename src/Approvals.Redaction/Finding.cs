namespace Approvals.Redaction;

/// <summary>One place where something was found and masked. It says where and what kind, never the value.</summary>
/// <param name="Type">Stable upper-case word for what was found (EMAIL, SECRET, CREDIT_CARD …; the list is in docs/redaction.md).</param>
/// <param name="Rule">Stable id of the rule that found it, for allow-lists and bug reports.</param>
/// <param name="Pointer">RFC 6901 JSON Pointer of the value in the redacted document; empty for text. A key that itself held a secret appears masked.</param>
/// <param name="Start">First UTF-16 code unit of the finding in the original text, or in the decoded original string (or number literal) at <paramref name="Pointer"/>.</param>
/// <param name="End">End of the finding, exclusive, in the same units.</param>
/// <param name="Confidence">0 to 1: how sure the rule is, after context raised or lowered it.</param>
/// <param name="Operator">What was done: remove, mask, last4, pseudonym, hash.</param>
public sealed record Finding(string Type, string Rule, string Pointer, int Start, int End, double Confidence, string Operator);

/// <summary>A redacted JSON document (UTF-8) of the same shape as the original, with what was found in it, in document order.</summary>
public sealed record JsonRedaction(byte[] Json, IReadOnlyList<Finding> Findings);

/// <summary>Redacted text with what was found in it, in text order.</summary>
public sealed record TextRedaction(string Text, IReadOnlyList<Finding> Findings);

/// <summary>
/// Redacted UTF-8 text with what was found in it. Clean text comes back as the very memory that was given, and nothing was allocated for it.
/// </summary>
public readonly record struct Utf8Redaction(ReadOnlyMemory<byte> Text, IReadOnlyList<Finding> Findings);
