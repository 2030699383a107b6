using System.CommandLine;
using Approvals.Cli.Output;
using Approvals.Embedded.Configuration;
using Approvals.Embedded.Hosting;
using Approvals.Policy;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Approvals.Cli.Serve;

/// <summary><c>approvals serve</c></summary>
internal static class ServeCommand
{
    internal static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The data folder; made when it is not there.", HelpName = "FOLDER", DefaultValueFactory = _ => "approvals-data" };
        var config = new Option<string>("--config") { Description = "The configuration; a commented one is made when there is none.", HelpName = "FILE", DefaultValueFactory = _ => "approvals.yaml" };
        var command = new Command(
            "serve",
            "Run a gate on this machine: HTTP API, review pages, durable workflows and ledger in one process and one data folder.\n\nExamples:\n  approvals serve\n  approvals serve --data /var/lib/approvals --config /etc/approvals.yaml")
        { data, config };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetValue(config)!;
            WriteTemplates(path);
            GateConfiguration configuration = ConfigurationReader.ReadFile(path);
            await using EmbeddedHost host = await EmbeddedHost.StartAsync(
                new EmbeddedHostOptions(parsed.GetValue(data)!, configuration) { Console = Console.Out, Logging = LogToStandardError }, cancellationToken);
            Terminal.Out.Line($"{Terminal.Out.Bold(configuration.Name)} listens on {Terminal.Out.Blue(host.Url.ToString())}");
            Terminal.Out.Line($"  inbox    {new Uri(configuration.PublicUrl == configuration.Listen ? host.Url : configuration.PublicUrl, "inbox")}");
            Terminal.Out.Line($"  API      {new Uri(host.Url, "openapi/v1.json")}");
            Terminal.Out.Line($"  health   {new Uri(host.Url, "health/ready")}");
            await PrintFirstKeyAsync(host, cancellationToken);
            await Console.Out.FlushAsync(cancellationToken);
            await host.WaitForShutdownAsync(cancellationToken);
            Terminal.Error.Line("stopping: finishing what has begun …");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Makes what a first start lacks, and says so. Nothing that is there is touched.</summary>
    private static void WriteTemplates(string config)
    {
        if (File.Exists(config)) return;
        string folder = Path.GetDirectoryName(Path.GetFullPath(config))!;
        Directory.CreateDirectory(folder);
        string policy = Path.Combine(folder, "policy.yaml");
        if (!File.Exists(policy))
        {
            File.WriteAllText(policy, PolicySet.DefaultYaml);
            Terminal.Error.Line($"wrote {policy}: what is allowed, denied or reviewed");
        }

        File.WriteAllText(config, ConfigurationTemplate.Text);
        Terminal.Error.Line($"wrote {config}: edit people and policy there");
    }

    private static async Task PrintFirstKeyAsync(EmbeddedHost host, CancellationToken cancellationToken)
    {
        if ((await host.Credentials.ListAsync(cancellationToken)).Count > 0) return;
        string key = await host.CreateKeyAsync(
            new Principal(PrincipalKind.Service, Principal.LocalIssuer, "admin", "First administrator", []), [Role.Admin, Role.Auditor], [], cancellationToken);
        Terminal.Out.Line();
        Terminal.Out.Line($"  The first admin key, shown this once. Keep it: export {Gate.GateConnection.KeyVariable}=…");
        Terminal.Out.Line($"  {Terminal.Out.Yellow(key)}");
        Terminal.Out.Line();
        Terminal.Out.Line("  Next: give your pipeline a key of its own:");
        Terminal.Out.Line("    approvals principal add --kind service --subject my-pipeline --role requester");
    }

    /// <summary>Standard output is for people; the log goes to standard error.</summary>
    private static void LogToStandardError(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss'Z' ";
            console.ColorBehavior = Terminal.Error.Colours ? LoggerColorBehavior.Default : LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
