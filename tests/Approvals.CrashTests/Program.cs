using Approvals.CrashTests.Child;

if (args is [ChildGate.Argument, var folder, var death])
    return await ChildGate.RunAsync(folder, death);

return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
