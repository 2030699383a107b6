using System.Text.Json;

namespace Approvals.Web.Requests;

/// <summary>Names of enums as the API spells them: <c>in_review</c>.</summary>
internal static class SnakeCase
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static IEnumerable<string> Names<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(Of);

    public static bool TryParse<T>(string text, out T value)
        where T : struct, Enum
    {
        foreach (T candidate in Enum.GetValues<T>())
        {
            if (Of(candidate) != text) continue;
            value = candidate;
            return true;
        }

        value = default;
        return false;
    }
}
