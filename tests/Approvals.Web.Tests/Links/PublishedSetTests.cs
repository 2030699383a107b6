using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Approvals.Web.Tests.Links;

/// <summary>SECURITY.md publishes this set: every test of this folder, and none that is not there.</summary>
public sealed class PublishedSetTests
{
    [Fact]
    public void Security_page_lists_exactly_these_tests()
    {
        string[] tests =
        [
            .. typeof(PublishedSetTests).Assembly.GetTypes()
                .Where(type => type.Namespace == typeof(PublishedSetTests).Namespace && type != typeof(PublishedSetTests))
                .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null).Select(method => $"{type.Name}.{method.Name}"))
                .Order(StringComparer.Ordinal),
        ];
        string[] listed = [.. Regex.Matches(Section(), @"`(?<test>\w+Tests\.\w+)`", RegexOptions.NonBacktracking).Select(match => match.Groups["test"].Value).Distinct().Order(StringComparer.Ordinal)];
        Assert.NotEmpty(tests);
        Assert.Equal(tests, listed);
    }

    private static string Section([CallerFilePath] string here = "")
    {
        string text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "SECURITY.md"));
        int from = text.IndexOf("## Links that scanners and thieves cannot use", StringComparison.Ordinal);
        int to = text.IndexOf("\n## ", from + 3, StringComparison.Ordinal);
        return text[from..to];
    }
}
