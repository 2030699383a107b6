using System.Security.Cryptography;
using System.Text;
using Approvals.Policy.Rules;

namespace Approvals.Policy;

/// <summary>
/// A loaded policy. Immutable; calls may overlap. Everything that can be wrong with the text is found when it is loaded; what can only
/// be wrong with an action is a deny when it is evaluated.
/// </summary>
public sealed class PolicySet
{
    private static readonly Lazy<string> s_defaultYaml = new(() => PolicyStarter.Read("default.yaml"));

    private readonly Evaluator _evaluator;

    private PolicySet(PolicyDocument document, string digest, string sourceName, IReadOnlyList<PolicyDiagnostic> warnings, PersonRef? changedBy = null)
    {
        ChangedBy = changedBy;
        SourceName = sourceName;
        Document = document;
        Digest = digest;
        Warnings = warnings;
        _evaluator = new Evaluator(document, digest, changedBy);
    }

    /// <summary>The policy that the samples run under: <c>samples/policies/default.yaml</c>, byte for byte.</summary>
    public static string DefaultYaml => s_defaultYaml.Value;

    /// <summary><c>sha256:</c> and the hex SHA-256 of the UTF-8 bytes that were loaded.</summary>
    public string Digest { get; }

    /// <summary>The policy's own name, where it has one.</summary>
    public string? Name => Document.Name;

    /// <summary>The ids of its rules, in the order of the file.</summary>
    public IReadOnlyList<string> RuleIds => [.. Document.Rules.Select(r => r.Id)];

    /// <summary>What this policy allows of break-glass, standing approvals and delegation.</summary>
    public PolicyExceptions Exceptions => Document.Exceptions;

    /// <summary>What becomes of reviews that are open when this policy takes the place of another.</summary>
    public OpenReviews OnChange => Document.OnChange;

    /// <summary>What loading found that is not an error.</summary>
    public IReadOnlyList<PolicyDiagnostic> Warnings { get; }

    /// <summary>Who last changed this policy, where that is known.</summary>
    public PersonRef? ChangedBy { get; }

    /// <summary>How messages name the file it was read from.</summary>
    public string SourceName { get; }

    internal PolicyDocument Document { get; }

    /// <summary>Reads and compiles a policy. docs/policy.md describes the format.</summary>
    /// <param name="sourceName">How messages name the file.</param>
    /// <exception cref="PolicyException">It cannot be loaded; every error found is in it, with line, column and remedy.</exception>
    public static PolicySet Load(string yaml, string sourceName)
    {
        var diagnostics = new DiagnosticList(sourceName);
        var document = PolicyReader.Read(yaml, diagnostics);
        return new PolicySet(document, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(yaml))), sourceName, diagnostics.InFileOrder);
    }

    /// <summary>
    /// The same policy, with who last changed it. A plan with <c>excludePolicyAuthor</c> needs to know: without, it denies with
    /// <c>policy_author_unknown</c>.
    /// </summary>
    public PolicySet WithAuthor(PersonRef changedBy) => new(Document, Digest, SourceName, Warnings, changedBy);

    /// <summary>Decides on one action. Never throws: whatever goes wrong is a deny whose <see cref="PolicyDecision.Error"/> names it.</summary>
    public PolicyDecision Evaluate(PolicyInput input)
    {
        try
        {
            return _evaluator.Decide(input);
        }
        catch (Exception e)
        {
            // Fails closed on what nobody foresaw, a disposed JSON document for one. The type says enough; a message might quote data.
            return new PolicyDecision(PolicyVerdict.Deny, null, $"The policy could not be evaluated ({e.GetType().Name}). What cannot be judged is denied.", Digest, null)
            {
                Error = "evaluation_failed",
            };
        }
    }
}
