using System.Globalization;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>Which words may name rules, plans, stages and groups.</summary>
internal static class Names
{
    private const int Longest = 100;

    public static IReadOnlyDictionary<string, Assurance> Assurances { get; } = new Dictionary<string, Assurance>(StringComparer.Ordinal)
    {
        ["link"] = Assurance.Link,
        ["chat"] = Assurance.Chat,
        ["idp"] = Assurance.Idp,
        ["idp+mfa"] = Assurance.IdpMfa,
    };

    /// <summary>Letters, digits, and <c>. _ -</c> inside: safe in records, URLs and terminals as it stands.</summary>
    public static bool Check(YamlScalar scalar, string what, DiagnosticList diagnostics)
    {
        var name = scalar.Text;
        if (name.Length is > 0 and <= Longest && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            && char.IsAsciiLetterOrDigit(name[0]))
            return true;
        diagnostics.Error(scalar, "wrong_name", $"`{Shorten(name)}` cannot be {Article(what)}.", string.Create(CultureInfo.InvariantCulture, $"Use 1 to {Longest} ASCII letters, digits, `-`, `_` and `.`, beginning with a letter or digit."));
        return false;
    }

    /// <summary>Groups are named as the directory names them: anything printable.</summary>
    public static bool CheckGroup(YamlScalar scalar, DiagnosticList diagnostics)
    {
        if (scalar.Text.Length is > 0 and <= 200 && !scalar.Text.Any(char.IsControl) && scalar.Text.Trim().Length == scalar.Text.Length)
            return true;
        diagnostics.Error(scalar, "wrong_name", $"`{Shorten(scalar.Text)}` cannot be the name of a group.", "Write the group as the directory names it, without spaces around it.");
        return false;
    }

    private static string Shorten(string name) => name.Length <= 40 ? name : name[..40] + "…";

    private static string Article(string what) => what[0] is 'a' or 'e' or 'i' or 'o' ? $"an {what}" : $"a {what}";
}
