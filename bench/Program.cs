using Approvals.Bench.Command;

return await BenchCommand.RunAsync(args);
