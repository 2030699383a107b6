using System.Text.Json;
using Approvals.Policy.Cel;

namespace Approvals.Policy.Rules;

/// <summary>The variables that rules and reasons may use.</summary>
internal static class Activation
{
    public static CelEnvironment Environment { get; } = new(new Dictionary<string, CelType>(StringComparer.Ordinal)
    {
        ["action"] = CelType.JsonObject,
        ["principal"] = CelType.JsonObject,
        ["context"] = CelType.JsonObject,
        ["findings"] = CelType.List(CelType.JsonObject),
        ["now"] = CelType.Timestamp,
        ["lists"] = CelType.Map(CelType.String, CelType.List(CelType.Dyn)),
        ["tables"] = CelType.Map(CelType.String, CelType.JsonObject),
        ["freezes"] = CelType.Map(CelType.String, CelType.Bool),
        ["calendars"] = CelType.Map(CelType.String, CelType.Bool),
    });

    /// <exception cref="PolicyInputException">The input is not what <see cref="PolicyInput"/> says.</exception>
    public static CelActivation Of(PolicyInput input, PolicyData data) => new(Environment)
    {
        ["action"] = Object(input.Action, "action"),
        ["principal"] = Object(input.Principal, "principal"),
        ["context"] = Object(input.Context, "context"),
        ["findings"] = Findings(input.Findings),
        ["now"] = CelValue.Of(input.Now),
        ["lists"] = data.Lists,
        ["tables"] = data.Tables,
        ["freezes"] = data.FreezesAt(input.Now),
        ["calendars"] = data.CalendarsAt(input.Now),
    };

    // INVARIANT: what is not of its declared type is no input at all. Nothing is guessed: a missing list of findings is not an empty one.
    private static CelValue Object(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object ? CelValue.FromJson(element) : throw new PolicyInputException(name, "an object");

    private static CelValue Findings(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw new PolicyInputException("findings", "a list");
        foreach (var finding in element.EnumerateArray())
        {
            if (finding.ValueKind != JsonValueKind.Object)
                throw new PolicyInputException("findings", "a list of objects");
        }
        return CelValue.FromJson(element);
    }
}

/// <summary>An input that is not what <see cref="PolicyInput"/> says; it becomes a deny before it leaves the room.</summary>
internal sealed class PolicyInputException(string name, string expected) : Exception($"`{name}` must be {expected}.");
