using Approvals.CrashTests.Child;

if (args is [ChildGate.Argument, var folder, var death])
{
    await ChildGate.RunAsync(folder, death);
    return 0;
}

return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
