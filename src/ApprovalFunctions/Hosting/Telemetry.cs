using ApprovalFunctions.Settings;
using Approvals.Notifications.Outbox;
using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ApprovalFunctions.Hosting;

/// <summary>
/// OpenTelemetry of the worker: a span per function, which the host ties into the caller's W3C trace; Durable Functions carries it through
/// the orchestration, and the release message takes it along.
/// </summary>
internal static class Telemetry
{
    public static void AddTelemetry(this FunctionsApplicationBuilder builder, TelemetrySettings settings, bool runsInAzure)
    {
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry();
        telemetry.UseFunctionsWorkerDefaults();

        // No ASP.NET Core or HttpClient instrumentation: they record URLs, and a review link's path is a credential.
        telemetry.WithTracing(tracing => tracing.AddSource("Azure.Messaging.ServiceBus.*"));
        telemetry.WithMetrics(metrics => metrics.AddMeter(NotificationMetrics.MeterName));
        telemetry.WithLogging();
        if (settings.ConnectionString is { } connection)
        {
            telemetry.UseAzureMonitorExporter(options =>
            {
                options.ConnectionString = connection;
                if (runsInAzure && Environment.GetEnvironmentVariable("AZURE_CLIENT_ID") is { Length: > 0 } clientId)
                    options.Credential = new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId));
            });
        }

        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 }) telemetry.UseOtlpExporter();
    }
}
