namespace Approvals.Cli.Policy;

/// <summary>What the commands here exit with; the same for all of <c>approvals</c>.</summary>
internal static class ExitCodes
{
    internal const int Done = 0;

    /// <summary>The answer is no: the policy has errors, a test failed.</summary>
    internal const int Refused = 1;

    /// <summary>Called wrongly.</summary>
    internal const int WrongUse = 2;

    /// <summary>A file cannot be read or written.</summary>
    internal const int Failure = 3;
}
