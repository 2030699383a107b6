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

    private PolicySet(PolicyDocument document, string text, string digest, string sourceName, IReadOnlyList<PolicyDiagnostic> warnings, PersonRef? changedBy)
    {
        Text = text;
        ChangedBy = changedBy;
        SourceName = sourceName;
        Document = document;
        Digest = digest;
        Warnings = warnings;
        _evaluator = new Evaluator(document, digest, changedBy);
    }

    /// <summary>The policy that the samples run under: <c>samples/policies/default.yaml</c>, byte for byte.</summary>
    public static string DefaultYaml => s_defaultYaml.Value;

    /// <summary>
    /// <c>sha256:</c> and the hex SHA-256 of the UTF-8 bytes that were loaded; of a policy with data files that of one line for each file, as
    /// <c>sha256sum</c> writes it (<c>HEX  NAME</c>), the policy file first under the name <c>policy</c>.
    /// </summary>
    public string Digest { get; }

    /// <summary>What was loaded, for people to read.</summary>
    public string Text { get; }

    /// <summary>The files under <c>data:</c>, in the order of the policy file.</summary>
    public IReadOnlyList<PolicyDataFile> DataFiles => Document.DataFiles;

    /// <summary>The policy's own name, where it has one.</summary>
    public string? Name => Document.Name;

    /// <summary>The ids of its rules, in the order of the file.</summary>
    public IReadOnlyList<string> RuleIds => [.. Document.Rules.Select(r => r.Id)];

    /// <summary>Its rules, in the order of the file.</summary>
    public IReadOnlyList<PolicyRuleView> Rules => [.. Document.Rules.Select(r => new PolicyRuleView(r.Id, r.Verdict, r.Description, r.When.Source))];

    /// <summary>What this policy allows of break-glass, standing approvals and delegation.</summary>
    public PolicyExceptions Exceptions => Document.Exceptions;

    /// <summary>What becomes of reviews that are open when this policy takes the place of another.</summary>
    public OpenReviews OnChange => Document.OnChange;

    /// <summary>What loading found that is not an error.</summary>
    public IReadOnlyList<PolicyDiagnostic> Warnings { get; }

    /// <summary>Who last changed this policy: <c>changedBy</c> in the file; <see langword="null"/> where nobody says.</summary>
    public PersonRef? ChangedBy { get; }

    /// <summary>How messages name the file it was read from.</summary>
    public string SourceName { get; }

    internal PolicyDocument Document { get; }

    /// <summary>Reads and compiles a policy. docs/policy.md describes the format.</summary>
    /// <param name="sourceName">How messages name the file.</param>
    /// <param name="readData">
    /// Reads a file that the policy names under <c>data:</c>, <see langword="null"/> where it cannot; see <see cref="PolicyDataFile.Beside"/>. Without,
    /// a policy that names one does not load.
    /// </param>
    /// <exception cref="PolicyException">It cannot be loaded; every error found is in it, with line, column and remedy.</exception>
    public static PolicySet Load(string yaml, string sourceName, Func<string, string?>? readData = null)
    {
        var diagnostics = new DiagnosticList(sourceName);
        var document = PolicyReader.Read(yaml, diagnostics, readData);
        var digest = document.DataFiles.Count == 0
            ? Hex(yaml)
            : Hex(string.Concat(document.DataFiles.Prepend(new PolicyDataFile("policy", yaml)).Select(file => $"{Hex(file.Text)}  {file.Name}\n")));
        return new PolicySet(document, yaml, "sha256:" + digest, sourceName, diagnostics.InFileOrder, document.ChangedBy);
    }

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// The same policy, with who last changed it where something better than the file says so. A plan with <c>excludePolicyAuthor</c> needs to know: without, it denies with
    /// <c>policy_author_unknown</c>.
    /// </summary>
    public PolicySet WithAuthor(PersonRef changedBy) => new(Document, Text, Digest, SourceName, Warnings, changedBy);

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

/// <summary>A rule, for people to read.</summary>
/// <param name="When">Its condition, as the file has it.</param>
public sealed record PolicyRuleView(string Id, PolicyVerdict Verdict, string? Description, string When);
