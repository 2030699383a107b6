using Approvals.Policy.Yaml;

namespace Approvals.Policy.Lint;

/// <summary>One person who may review.</summary>
public sealed record DirectoryPerson(string Subject, string Name, IReadOnlyList<string> Groups);

/// <summary>Who is in which group, to find out before it matters that a plan asks for people who are not there.</summary>
public sealed record PeopleDirectory(IReadOnlyList<DirectoryPerson> People)
{
    private const int MaximumPeople = 20_000;
    private const int MaximumGroups = 200;

    /// <summary>Reads <c>people: [{subject, name, groups}]</c>; other keys are left alone, so that a gate's <c>approvals.yaml</c> will do.</summary>
    /// <exception cref="PolicyException">It is not such a file.</exception>
    public static PeopleDirectory Read(string yaml, string sourceName)
    {
        var diagnostics = new DiagnosticList(sourceName);
        var people = new List<DirectoryPerson>();
        if (YamlKeys.Of(YamlReader.Read(yaml, diagnostics), "A directory", diagnostics) is { } root)
        {
            foreach (var node in root.Items("people", MaximumPeople, required: true))
            {
                if (YamlKeys.Of(node, "A person", diagnostics) is not { } keys)
                    continue;
                var subject = keys.Text("subject", required: true);
                var name = keys.Text("name");
                var groups = keys.Scalars("groups", MaximumGroups);
                keys.Finish();
                if (subject is not null)
                    people.Add(new DirectoryPerson(subject, name ?? subject, [.. groups.Select(g => g.Text)]));
            }
            foreach (var twice in people.GroupBy(p => p.Subject, StringComparer.Ordinal).Where(g => g.Count() > 1))
                diagnostics.Error(root.Node, "duplicate_person", $"`{twice.Key}` stands here twice.", "Give each person one entry: a subject counts once.");
        }
        diagnostics.ThrowIfErrors();
        return new PeopleDirectory(people);
    }
}
