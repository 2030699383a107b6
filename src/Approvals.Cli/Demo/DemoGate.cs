using Approvals.Cli.Gate;
using Approvals.Embedded.Configuration;
using Approvals.Embedded.Hosting;
using Approvals.Policy;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Cli.Demo;

/// <summary>A whole gate on a free loopback port, with a pipeline that asks, a person who answers for it and a person who reviews.</summary>
internal sealed class DemoGate : IAsyncDisposable
{
    public const string Name = "demo.approvals.local";

    /// <summary>Quick enough to watch.</summary>
    public static readonly TimeSpan ShortExpiry = TimeSpan.FromSeconds(2);

    private static readonly Principal Owner = Person("olivia", "Olivia Park", "data-owners");
    private static readonly Principal Reviewer = Person("dana", "Dana Reyes", "data-owners", "security", "platform");

    private DemoGate(EmbeddedHost host, GateClient pipeline, GateClient reviewer, GateClient auditor) =>
        (Host, Pipeline, AsReviewer, Auditor) = (host, pipeline, reviewer, auditor);

    public EmbeddedHost Host { get; }

    /// <summary>The gate as the pipeline calls it.</summary>
    public GateClient Pipeline { get; }

    /// <summary>The gate as the reviewer's own tools call it.</summary>
    public GateClient AsReviewer { get; }

    public GateClient Auditor { get; }

    public static async Task<DemoGate> StartAsync(string folder, CancellationToken cancellationToken)
    {
        string policy = Path.Combine(folder, "policy.yaml");
        await File.WriteAllTextAsync(policy, PolicySet.DefaultYaml, cancellationToken);
        var loopback = new Uri("http://127.0.0.1:0");
        var configuration = new GateConfiguration(Name, loopback, loopback, policy, NotifyOnConsole: false, [], [Owner, Reviewer]);
        EmbeddedHost host = await EmbeddedHost.StartAsync(
            new EmbeddedHostOptions(Path.Combine(folder, "data"), configuration) { Web = web => web.MinimumExpiry = TimeSpan.FromSeconds(1) }, cancellationToken);
        try
        {
            GateClient pipeline = await ClientAsync(host, Principal(PrincipalKind.Service, "nightly-export", "Nightly export"), Role.Requester, Owner.Id);
            GateClient reviewer = await ClientAsync(host, Reviewer, Role.Reviewer);
            GateClient auditor = await ClientAsync(host, Principal(PrincipalKind.Service, "auditor", "Auditor"), Role.Auditor);
            return new DemoGate(host, pipeline, reviewer, auditor);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Pipeline.Dispose();
        AsReviewer.Dispose();
        Auditor.Dispose();
        await Host.DisposeAsync();
    }

    private static async Task<GateClient> ClientAsync(EmbeddedHost host, Principal principal, Role role, params PrincipalId[] owners) =>
        new(host.Url, await host.CreateKeyAsync(principal, [role], owners));

    private static Principal Person(string subject, string name, params string[] groups) =>
        new(PrincipalKind.Human, Approvals.Workflow.Principals.Principal.LocalIssuer, subject, name, groups);

    private static Principal Principal(PrincipalKind kind, string subject, string name) =>
        new(kind, Approvals.Workflow.Principals.Principal.LocalIssuer, subject, name, []);
}
