using Approvals.Web.Health;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Tests.Hosting;

internal static class Readiness
{
    /// <summary>Three checks: one works, one does not, one throws.</summary>
    public static IServiceCollection AddReadiness(this IServiceCollection services) => services
        .AddSingleton(new ReadinessCheck("engine", _ => Task.FromResult<string?>(null)))
        .AddSingleton(new ReadinessCheck("ledger", _ => Task.FromResult<string?>("the disk is full")))
        .AddSingleton(new ReadinessCheck("vault", _ => Task.FromException<string?>(new IOException("do not show this"))));
}
