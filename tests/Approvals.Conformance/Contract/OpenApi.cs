using System.Text.Json;

namespace Approvals.Conformance.Contract;

/// <summary>The document that the gate serves about itself: what every answer is held against, and what the suite must have tried.</summary>
public sealed class OpenApi
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    private OpenApi(IReadOnlyList<Operation> operations, SchemaCheck schemas) => (Operations, Schemas) = (operations, schemas);

    public IReadOnlyList<Operation> Operations { get; }

    public SchemaCheck Schemas { get; }

    public static OpenApi Parse(byte[] json)
    {
        JsonElement root = JsonDocument.Parse(json).RootElement;
        var operations = new List<Operation>();
        foreach (JsonProperty path in root.GetProperty("paths").EnumerateObject())
        {
            foreach (JsonProperty method in path.Value.EnumerateObject().Where(member => Methods.Contains(member.Name)))
                operations.Add(new Operation(method.Name.ToUpperInvariant(), path.Name, method.Value));
        }

        return new OpenApi(operations, new SchemaCheck(root));
    }

    /// <summary>What a request is for, if it is for anything of the API. A HEAD is for what its GET is for.</summary>
    public Operation? Find(string method, string path)
    {
        string wanted = method == "HEAD" ? "GET" : method;
        return Operations.Where(operation => operation.Method == wanted && operation.Takes(path)).MinBy(operation => operation.Pattern.Count(character => character == '{'));
    }
}

/// <summary>One operation of the API.</summary>
public sealed record Operation(string Method, string Pattern, JsonElement Description)
{
    private readonly string[] segments = Pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);

    public string Id { get; } = Description.GetProperty("operationId").GetString()!;

    public bool NeedsCaller { get; } = Description.TryGetProperty("security", out _);

    /// <summary>Whether it takes JSON, and whether it must.</summary>
    public (bool Takes, bool Required) Body { get; } = Description.TryGetProperty("requestBody", out JsonElement body)
        ? (body.GetProperty("content").TryGetProperty("application/json", out _), body.TryGetProperty("required", out JsonElement required) && required.GetBoolean())
        : (false, false);

    public JsonElement? BodySchema => Body.Takes ? Description.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema") : null;

    public JsonElement Responses { get; } = Description.GetProperty("responses");

    public IEnumerable<JsonElement> Parameters => Description.TryGetProperty("parameters", out JsonElement list) ? list.EnumerateArray() : [];

    public override string ToString() => $"{Method} {Pattern}";

    /// <summary>A path of this operation with something in the place of every parameter.</summary>
    public string Example(Func<string, string> value) =>
        string.Join('/', segments.Select(segment => segment[0] == '{' ? value(segment[1..^1]) : segment));

    public bool Takes(string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        bool isOpenEnded = segments is [.., "{path}"];
        if (isOpenEnded ? parts.Length < segments.Length : parts.Length != segments.Length) return false;
        return segments.Zip(parts).All(pair => pair.First[0] == '{' || pair.First == pair.Second);
    }
}
