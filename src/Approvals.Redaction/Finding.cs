namespace Approvals.Redaction;

/// <summary>One thing that redaction found. It never holds the value.</summary>
/// <param name="Type">What it is, e.g. <c>EMAIL</c>.</param>
/// <param name="Rule">The rule that found it, e.g. <c>email</c>.</param>
/// <param name="Pointer">JSON Pointer (RFC 6901) to the string or number it stood in; empty for text. Masked where a key is itself a secret.</param>
/// <param name="Start">Offset of its first UTF-16 code unit in the original string.</param>
/// <param name="End">Offset behind its last UTF-16 code unit.</param>
/// <param name="Confidence">0 to 1.</param>
/// <param name="Operator">What was done with it, e.g. <c>pseudonym</c>, <c>remove</c>.</param>
public sealed record Finding(string Type, string Rule, string Pointer, int Start, int End, double Confidence, string Operator);
