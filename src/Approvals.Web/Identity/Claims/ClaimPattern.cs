using System.Text;
using System.Text.RegularExpressions;

namespace Approvals.Web.Identity.Claims;

/// <summary>
/// What a claim's value must be: exactly this text, case and all, where <c>*</c> stands for any run of characters without <c>/</c> and
/// <c>:</c>, and <c>**</c> for any run at all. So <c>repo:octo-org/*:environment:prod</c> lets in no other environment and no fork's ref,
/// whatever a branch is called. Matching is linear in the value.
/// </summary>
public sealed class ClaimPattern
{
    private const int MaxText = 500;
    private const int MaxStars = 10;

    /// <summary>Longest value that is looked at.</summary>
    private const int MaxValue = 2_000;

    private readonly string text;
    private readonly Regex? glob;

    private ClaimPattern(string text, Regex? glob) => (this.text, this.glob) = (text, glob);

    /// <summary>Whether it takes any value at all.</summary>
    public bool IsAnything => text.Length > 0 && text.All(character => character == '*');

    /// <exception cref="FormatException">The message names the remedy.</exception>
    public static ClaimPattern Parse(string text)
    {
        if (text.Length is 0 or > MaxText || text.Any(char.IsControl)) throw new FormatException($"a pattern has 1 to {MaxText} characters.");
        int stars = text.Count(character => character == '*');
        if (stars > MaxStars) throw new FormatException($"a pattern has at most {MaxStars} stars.");
        return new ClaimPattern(text, stars == 0 ? null : Compile(text));
    }

    public bool Matches(string value) =>
        value.Length <= MaxValue && (glob is null ? string.Equals(value, text, StringComparison.Ordinal) : glob.IsMatch(value));

    public override string ToString() => text;

    private static Regex Compile(string text)
    {
        var pattern = new StringBuilder(@"\A");
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '*') pattern.Append(Regex.Escape(text[i].ToString()));
            else if (i + 1 == text.Length || text[i + 1] != '*') pattern.Append("[^/:]*");
            else
            {
                pattern.Append(".*");
                while (i + 1 < text.Length && text[i + 1] == '*') i++;
            }
        }

        return new Regex(pattern.Append(@"\z").ToString(), RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }
}
