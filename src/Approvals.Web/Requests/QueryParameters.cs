using System.Globalization;
using Approvals.Web.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Approvals.Web.Requests;

/// <summary>The query parameters of a request, as strict as <see cref="JsonFields"/>: no unknown ones, none twice.</summary>
internal readonly struct QueryParameters
{
    private readonly IQueryCollection query;

    public QueryParameters(HttpRequest request, params ReadOnlySpan<string> known)
    {
        query = request.Query;
        foreach ((string name, StringValues values) in query)
        {
            if (!known.Contains(name))
                throw Invalid(name, known.Length == 0 ? "Leave out all query parameters." : $"Leave out this parameter; known here are: {string.Join(", ", known.ToArray())}.");
            if (values.Count > 1) throw Invalid(name, "Send this parameter once.");
        }
    }

    public string? Text(string name, int maxLength)
    {
        string? text = query[name];
        if (string.IsNullOrEmpty(text)) return null;
        return text.Length <= maxLength ? text : throw Invalid(name, $"Shorten this parameter to at most {maxLength} characters.");
    }

    public int? Integer(string name, int min, int max)
    {
        if (Text(name, 10) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max
            ? value
            : throw Invalid(name, $"Send a whole number from {min} to {max}.");
    }

    public T? Enumeration<T>(string name)
        where T : struct, Enum
    {
        if (Text(name, 40) is not { } text) return null;
        return SnakeCase.TryParse(text, out T value) ? value : throw Invalid(name, $"Use one of: {string.Join(", ", SnakeCase.Names<T>())}.");
    }

    public static ProblemException Invalid(string name, string remedy) => new(ProblemTypes.InvalidParameter, remedy) { Pointer = name };
}
