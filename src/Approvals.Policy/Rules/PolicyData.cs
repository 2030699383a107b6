using Approvals.Policy.Calendars;
using Approvals.Policy.Cel;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>What stands beside the rules for them to look up: the CEL variables <c>lists</c> and <c>tables</c>.</summary>
/// <param name="Nodes">Where each of them stands, by the name expressions use: <c>lists.x</c>.</param>
internal sealed record PolicyData(CelValue Lists, CelValue Tables, IReadOnlyDictionary<string, YamlNode> Nodes)
{
    public IReadOnlyList<Freeze> Freezes { get; init; } = [];

    public IReadOnlyList<WorkCalendar> Calendars { get; init; } = [];

    /// <summary>Which freezes hold now: the CEL variable <c>freezes</c>.</summary>
    public CelValue FreezesAt(DateTimeOffset now) => Flags(Freezes, f => f.Name, f => f.Holds(now));

    /// <summary>In which calendars it is working time now: the CEL variable <c>calendars</c>.</summary>
    public CelValue CalendarsAt(DateTimeOffset now) => Flags(Calendars, c => c.Name, c => c.IsOpen(now));

    public IEnumerable<string> ListNames => Keys(Lists);

    public IEnumerable<string> TableNames => Keys(Tables);

    /// <summary>The texts in a list; empty where there is no such list.</summary>
    public IEnumerable<string> Texts(string list) =>
        Lists.AsMap().TryGetValue(list, out var value) ? value.AsList().ToArray().Where(v => v.Kind == CelKind.String).Select(v => v.AsString()) : [];

    private static CelValue Flags<T>(IReadOnlyList<T> items, Func<T, string> name, Func<T, bool> holds) => CelValue.Of(items.Count == 0
        ? CelMap.Empty
        : CelMap.Create([.. items.Select(i => CelValue.Of(name(i)))], [.. items.Select(i => CelValue.Of(holds(i)))]));

    private static IEnumerable<string> Keys(CelValue map) => map.AsMap().Keys.ToArray().Select(k => k.AsString());
}
