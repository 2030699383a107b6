using System.Text.Json.Serialization;

namespace Approvals.Policy;

[JsonConverter(typeof(JsonStringEnumConverter<DiagnosticSeverity>))]
public enum DiagnosticSeverity
{
    /// <summary>The policy does what it says; a reader might expect something else.</summary>
    [JsonStringEnumMemberName("note")]
    Note,

    /// <summary>The policy loads; something in it is probably not meant so.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>The policy cannot be loaded, fails open, or asks for what can never be met.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}

/// <summary>One thing wrong with a policy.</summary>
/// <param name="Code">Stable, e.g. <c>unknown_key</c>; all are listed in docs/policy.md.</param>
/// <param name="Message">What is wrong. It may quote the policy, never an action.</param>
/// <param name="Line">1-based line in <paramref name="Source"/>; 0 where no place can be named.</param>
/// <param name="Column">1-based column in UTF-16 code units; 0 where no place can be named.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Source">The file, as it was named when the policy was loaded.</param>
public sealed record PolicyDiagnostic(
    DiagnosticSeverity Severity, string Code, string Message, int Line, int Column, string Remedy, string Source = "")
{
    /// <summary>The rule it is about, where it is about one.</summary>
    public string? Rule { get; init; }

    /// <summary><c>file:line:column: severity code: message</c>, as compilers write it.</summary>
    public override string ToString() =>
        $"{Source}:{Line}:{Column}: {Severity.ToString().ToLowerInvariant()} {Code}: {Message}";
}
