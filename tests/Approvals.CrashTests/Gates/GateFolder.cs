using Approvals.Embedded.Configuration;
using Approvals.Embedded.Hosting;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.Logging;

namespace Approvals.CrashTests.Gates;

/// <summary>A folder with policy, keys of callers and a gate's data, where one gate after another runs.</summary>
internal sealed class GateFolder : IDisposable
{
    public const string Name = "crash.approvals.local";

    private const string Policy = """
        version: 1
        name: crash
        mode: first-match
        plans:
          one: {groups: [security], quorum: 1, timeout: 1h}
          two: {groups: [security], quorum: 2, timeout: 1h}
          brief: {groups: [security], quorum: 1, timeout: 1s}
        breakGlass: {groups: [commanders], types: [test.glass], followUp: {groups: [security], within: 2d}}
        delegation: {longest: 1d}
        rules:
          - {id: allow, when: 'action.type == "test.allow"', verdict: allow, reason: Always.}
          - {id: one, when: 'action.type == "test.one"', verdict: review, review: one, reason: One looks.}
          - {id: two, when: 'action.type == "test.two"', verdict: review, review: two, reason: Two look.}
          - {id: glass, when: 'action.type == "test.glass"', verdict: review, review: one, reason: "One looks, unless it burns."}
          - {id: brief, when: 'action.type == "test.brief"', verdict: review, review: brief, reason: Nobody looks in time.}
        """;

    private static readonly Principal Owner = Person(Callers.Owner, "security");
    private static readonly Principal Dana = Person(Callers.Dana, "security");
    private static readonly Principal Rui = Person(Callers.Rui, "security");

    private static readonly Principal[] People =
        [Owner, Dana, Rui, Person(Callers.Cora, "commanders"), Person(Callers.Ivan, "commanders"), Person(Callers.Ada, "security"), Person(Callers.Fay, "helpers")];

    private IDisposable? mounted;

    private GateFolder(string path)
    {
        Path = path;
        File.WriteAllText(System.IO.Path.Combine(path, "policy.yaml"), Policy);
    }

    public string Path { get; }

    public string Data => System.IO.Path.Combine(Path, "data");

    /// <summary>API keys by subject.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; private set; } = new Dictionary<string, string>();

    /// <param name="mount">Puts a file system under the data folder, before the first gate runs; disposed of when no gate does any more.</param>
    public static async Task<GateFolder> CreateAsync(Func<string, Task<IDisposable>>? mount = null)
    {
        var folder = new GateFolder(Directory.CreateTempSubdirectory("crash-").FullName);
        if (mount is not null) folder.mounted = await mount(folder.Data);
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(Options(folder.Path));
        var keys = new Dictionary<string, string>
        {
            [Callers.Pipeline] = await host.CreateKeyAsync(Service(Callers.Pipeline), [Role.Requester], [Owner.Id]),
            [Callers.Auditor] = await host.CreateKeyAsync(Service(Callers.Auditor), [Role.Auditor, Role.Admin], []),
        };
        foreach (Principal person in People) keys[person.Subject] = await host.CreateKeyAsync(person, [Role.Reviewer], []);
        folder.Keys = keys;
        return folder;
    }

    /// <summary>The same callers, another data folder.</summary>
    public GateFolder Sibling() => new(Directory.CreateTempSubdirectory("crash-").FullName) { Keys = Keys };

    public static EmbeddedHostOptions Options(string folder)
    {
        var loopback = new Uri("http://127.0.0.1:0");
        var configuration = new GateConfiguration(
            Name, loopback, loopback, System.IO.Path.Combine(folder, "policy.yaml"), NotifyOnConsole: true, [], People);
        return new EmbeddedHostOptions(System.IO.Path.Combine(folder, "data"), configuration)
        {
            Web = web =>
            {
                web.RequestsPerSecond = null;
                web.MinimumExpiry = TimeSpan.FromSeconds(1);
            },
            Logging = logging => logging.SetMinimumLevel(LogLevel.Warning),
        };
    }

    public void Dispose()
    {
        mounted?.Dispose();
        Directory.Delete(Path, recursive: true);
    }

    private static Principal Service(string subject) => new(PrincipalKind.Service, Principal.LocalIssuer, subject, subject, []);

    private static Principal Person(string subject, params string[] groups) =>
        new(PrincipalKind.Human, Principal.LocalIssuer, subject, subject, groups);
}

/// <summary>Who calls: subjects of principals.</summary>
internal static class Callers
{
    public const string Pipeline = "pipeline";
    public const string Auditor = "auditor";

    /// <summary>Answers for the pipeline, and is in the group that is asked.</summary>
    public const string Owner = "olivia";

    public const string Dana = "dana";
    public const string Rui = "rui";

    /// <summary>They may break the glass, and nothing else.</summary>
    public const string Cora = "cora";

    public const string Ivan = "ivan";

    /// <summary>Is away now and then, and lends her vote.</summary>
    public const string Ada = "ada";

    /// <summary>Is asked for nothing but as a deputy.</summary>
    public const string Fay = "fay";
}
