using System.Runtime.CompilerServices;

namespace ApprovalFunctions.Tests.Surface;

/// <summary>The app as files: what its triggers declare, without the packages that run them.</summary>
internal static class AppSources
{
    public static string Root { get; } = FindRoot();

    public static string Folder { get; } = Path.Combine(Root, "src", "ApprovalFunctions");

    /// <summary>The text of all C# sources of the app.</summary>
    public static string All { get; } = string.Join('\n', Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
        .Select(File.ReadAllText));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        string? folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "ApprovalFunctions.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The solution file was not found above the tests.");
    }
}
