using Approvals.Embedded.Configuration;
using Approvals.Engine;
using Approvals.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Approvals.Embedded.Hosting;

/// <summary>How to run a gate on this machine.</summary>
/// <param name="DataFolder">Made when it is not there; see <see cref="Data.DataFolder"/> for what is in it.</param>
public sealed record EmbeddedHostOptions(string DataFolder, GateConfiguration Configuration)
{
    /// <summary>Where review links and the like are printed when the configuration says so.</summary>
    public TextWriter Console { get; init; } = TextWriter.Null;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Adds log providers; there are none by default. Request paths never reach them: some are secrets.</summary>
    public Action<ILoggingBuilder> Logging { get; init; } = _ => { };

    /// <summary>Changes limits of the HTTP API.</summary>
    public Action<ApprovalsWebOptions> Web { get; init; } = _ => { };

    /// <summary>The engine's limits.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>Test seam: replaces ports by ones that fail or kill, once the database is open and before anything uses them.</summary>
    internal Action<IServiceCollection, Database> Compose { get; init; } = (_, _) => { };

    /// <summary>Test seam: a larger database is checked while the gate runs.</summary>
    internal long CheckedBeforeUse { get; init; } = Database.DefaultCheckedBeforeUse;
}
