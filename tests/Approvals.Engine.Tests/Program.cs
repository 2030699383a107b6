using Approvals.Engine.Tests;

if (args is [CrashChild.Argument, .. var rest])
{
    await CrashChild.RunAsync(rest);
    return 0;
}

return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
