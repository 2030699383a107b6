using System.Text.Json;
using Approvals.Web.Problems;

namespace Approvals.Web.Requests;

/// <summary>
/// The members of a request object, each taken with its type and limit. Members that nobody knows are refused, because a misspelled
/// field (<c>expireIn</c>) must not silently fall back to a default.
/// </summary>
internal readonly struct JsonFields
{
    private readonly JsonElement json;
    private readonly string at;

    /// <param name="at">Pointer of the object itself.</param>
    public JsonFields(JsonElement json, string at, params ReadOnlySpan<string> known)
    {
        (this.json, this.at) = (json, at);
        if (json.ValueKind != JsonValueKind.Object) throw Wrong(at, "an object");
        foreach (JsonProperty member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                throw new ProblemException(ProblemTypes.UnknownField, $"Leave out this field; known here are: {string.Join(", ", known.ToArray())}.")
                {
                    Pointer = PointerTo(member.Name),
                };
        }
    }

    public string PointerTo(string name) => $"{at}/{name.Replace("~", "~0").Replace("/", "~1")}";

    /// <summary>A member that is there and not null.</summary>
    public JsonElement? Optional(string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public JsonElement Required(string name) =>
        Optional(name) ?? throw new ProblemException(ProblemTypes.MissingField, $"Add the field '{name}'.") { Pointer = PointerTo(name) };

    public string? OptionalString(string name, int maxLength)
    {
        if (Optional(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.String) throw Wrong(PointerTo(name), "a string");
        string text = value.GetString()!;
        return text.Length <= maxLength
            ? text
            : throw Invalid(name, $"Shorten '{name}' to at most {maxLength:N0} characters.");
    }

    public string RequiredString(string name, int maxLength)
    {
        Required(name);
        return OptionalString(name, maxLength)!;
    }

    public JsonElement? OptionalObject(string name)
    {
        if (Optional(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Object ? value : throw Wrong(PointerTo(name), "an object");
    }

    /// <summary>Strings of a limited number and length; empty when absent.</summary>
    public IReadOnlyList<string> Strings(string name, int maxCount, int maxLength)
    {
        if (Optional(name) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array) throw Wrong(PointerTo(name), "an array of strings");
        if (value.GetArrayLength() > maxCount) throw Invalid(name, $"Send at most {maxCount} entries.");
        var strings = new List<string>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String) throw Wrong($"{PointerTo(name)}/{strings.Count}", "a string");
            string text = item.GetString()!;
            if (text.Length == 0 || text.Length > maxLength) throw Invalid(name, $"Each entry has 1 to {maxLength} characters.");
            strings.Add(text);
        }

        return strings;
    }

    /// <summary>One of the enum's names in snake case.</summary>
    public T RequiredEnum<T>(string name)
        where T : struct, Enum
    {
        string text = RequiredString(name, 40);
        return SnakeCase.TryParse(text, out T value) ? value : throw Invalid(name, $"Use one of: {string.Join(", ", SnakeCase.Names<T>())}.");
    }

    public ProblemException Invalid(string name, string remedy) => new(ProblemTypes.InvalidValue, remedy) { Pointer = PointerTo(name) };

    public static ProblemException Wrong(string pointer, string wanted) =>
        new(ProblemTypes.WrongType, $"Send {wanted} here.") { Pointer = pointer };
}
