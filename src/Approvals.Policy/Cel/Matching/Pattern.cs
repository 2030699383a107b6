using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Approvals.Policy.Cel.Evaluation;

namespace Approvals.Policy.Cel.Matching;

/// <summary>A compiled regular expression for <c>matches</c>: linear in the text.</summary>
internal sealed class Pattern
{
    /// <summary>Cost units of compiling one while evaluating.</summary>
    internal const long CompileCost = 1000;

    private const int MaxLength = 1000;

    private readonly Regex _regex;

    private Pattern(Regex regex) => _regex = regex;

    internal static bool TryCompile(string text, [NotNullWhen(true)] out Pattern? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        error = null;
        if (text.Length > MaxLength)
        {
            error = $"the pattern is longer than {MaxLength} characters";
            return false;
        }

        try
        {
            pattern = new Pattern(new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            error = "the pattern is no RE2 regular expression";
            return false;
        }
    }

    internal bool IsMatch(string text, ref CostMeter meter)
    {
        meter.Charge(text.Length);
        return _regex.IsMatch(text);
    }
}
