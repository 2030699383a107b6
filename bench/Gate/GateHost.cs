using System.Text.Json;
using Approvals.Embedded.Configuration;
using Approvals.Embedded.Hosting;
using Approvals.Policy;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.Logging;

namespace Approvals.Bench.Gate;

/// <summary>API keys of whoever takes part in a measurement.</summary>
internal sealed record GateKeys(string Requester, string Reviewer, string Auditor);

/// <summary>What the gate's process says once it takes requests. Keys are there when they were made just now.</summary>
internal sealed record GateHello(Uri Url, GateKeys? Keys);

/// <summary>
/// The process that is measured: the embedded host as <c>approvals serve</c> runs it, under the default policy, with two limits lifted:
/// callers are not rate limited, and an action may expire within a second. It stops when its standard input ends.
/// </summary>
internal static class GateHost
{
    private const string Name = "bench.approvals.local";

    private static readonly Principal s_owner = Person("olivia", "Olivia Park", "data-owners");
    private static readonly Principal s_reviewer = Person("dana", "Dana Reyes", "data-owners", "security", "platform");

    public static async Task<int> RunAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(PolicyOf(folder), PolicySet.DefaultYaml);
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(Options(folder));
        GateKeys? keys = (await host.Credentials.ListAsync(CancellationToken.None)).Count > 0 ? null : new GateKeys(
            await host.CreateKeyAsync(new Principal(PrincipalKind.Service, Principal.LocalIssuer, "nightly", "Nightly pipeline", []), [Role.Requester], [s_owner.Id]),
            await host.CreateKeyAsync(s_reviewer, [Role.Reviewer], []),
            await host.CreateKeyAsync(new Principal(PrincipalKind.Service, Principal.LocalIssuer, "auditor", "Auditor", []), [Role.Auditor], []));
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new GateHello(host.Url, keys)));
        await Console.Out.FlushAsync();
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>What runs on a folder.</summary>
    public static EmbeddedHostOptions Options(string folder)
    {
        var loopback = new Uri("http://127.0.0.1:0");
        var configuration = new GateConfiguration(Name, loopback, loopback, PolicyOf(folder), NotifyOnConsole: false, [], [s_owner, s_reviewer]);
        return new EmbeddedHostOptions(Path.Combine(folder, "data"), configuration)
        {
            Logging = logging => logging.AddSimpleConsole().AddFilter(level => level >= LogLevel.Error),
            Web = web => (web.MinimumExpiry, web.RequestsPerSecond) = (TimeSpan.FromSeconds(1), null),
        };
    }

    private static string PolicyOf(string folder) => Path.Combine(folder, "policy.yaml");

    private static Principal Person(string subject, string name, params string[] groups) =>
        new(PrincipalKind.Human, Principal.LocalIssuer, subject, name, groups);
}
