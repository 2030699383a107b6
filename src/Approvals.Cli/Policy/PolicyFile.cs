using System.Text;
using ExitCodes = Approvals.Cli.Output.ExitCodes;
using Approvals.Policy;

namespace Approvals.Cli.Policy;

/// <summary>Reads policy files for the commands here, and says in one way what was wrong.</summary>
internal static class PolicyFile
{
    /// <summary>A file or an argument that cannot be used; the commands exit with 2.</summary>
    internal sealed class UnreadableException(string message, Exception? inner = null) : Exception(message, inner);

    /// <exception cref="UnreadableException">The file cannot be read, or is not UTF-8.</exception>
    internal static string ReadText(string path)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableException($"Cannot read {path}: {e.Message}", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new UnreadableException($"{path} is not UTF-8: save it as UTF-8.", e);
        }
    }

    /// <exception cref="UnreadableException">The file cannot be written.</exception>
    internal static void WriteText(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableException($"Cannot write {path}: {e.Message}", e);
        }
    }

    /// <summary>Runs a command's work; files that cannot be read and YAML that cannot be understood end it with a message.</summary>
    internal static int Guard(TextWriter error, Func<int> work) => GuardAsync(error, () => Task.FromResult(work())).GetAwaiter().GetResult();

    /// <summary>The same for work that waits.</summary>
    internal static async Task<int> GuardAsync(TextWriter error, Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (UnreadableException e)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCodes.WrongUse;
        }
        catch (PolicyException e)
        {
            foreach (var diagnostic in e.Diagnostics)
                await error.WriteLineAsync($"{diagnostic} {diagnostic.Remedy}");
            return ExitCodes.WrongUse;
        }
    }

    /// <summary>The policy in a file, with the data files beside it.</summary>
    /// <exception cref="UnreadableException">The file cannot be read, or is not UTF-8.</exception>
    /// <exception cref="PolicyException">It cannot be loaded.</exception>
    internal static PolicySet Load(string path) => PolicySet.Load(ReadText(path), path, PolicyDataFile.Beside(path));

    /// <summary>The policy, or null and what is wrong with it.</summary>
    internal static PolicySet? TryLoad(string text, string path, out IReadOnlyList<PolicyDiagnostic> diagnostics)
    {
        try
        {
            var policy = PolicySet.Load(text, path, PolicyDataFile.Beside(path));
            diagnostics = policy.Warnings;
            return policy;
        }
        catch (PolicyException e)
        {
            diagnostics = e.Diagnostics;
            return null;
        }
    }
}
