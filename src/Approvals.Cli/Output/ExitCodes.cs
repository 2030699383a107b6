namespace Approvals.Cli.Output;

/// <summary>What the shell is told. Wire format: scripts depend on these.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Denied, expired, canceled, refused, or does not verify.</summary>
    public const int Refused = 1;

    /// <summary>Wrong use: arguments, files or input that cannot be right.</summary>
    public const int WrongUse = 2;

    /// <summary>The gate cannot be reached, or something else failed.</summary>
    public const int Failed = 3;
}

/// <summary>Ends a command with an exit code. The message says what to do about it.</summary>
internal sealed class CommandException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    public static CommandException WrongUse(string message, Exception? inner = null) => new(ExitCodes.WrongUse, message, inner);

    public static CommandException Failed(string message, Exception? inner = null) => new(ExitCodes.Failed, message, inner);

    public static CommandException Refused(string message) => new(ExitCodes.Refused, message);
}
