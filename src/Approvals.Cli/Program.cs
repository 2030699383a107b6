using System.CommandLine;
using Approvals.Cli.Policy;
using Approvals.Cli.Redact;

var root = new RootCommand("Approvals: a gate for privileged actions.");
root.Subcommands.Add(RedactCommand.Create());
root.Subcommands.Add(PolicyCommand.Create());
return await root.Parse(args).InvokeAsync();
