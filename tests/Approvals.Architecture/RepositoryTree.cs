using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Approvals.Architecture;

/// <summary>The repository as files: what these tests read.</summary>
internal static class RepositoryTree
{
    public static string Root { get; } = FindRoot(Here());

    /// <summary>Rooms under src with the rooms their project references directly.</summary>
    public static IReadOnlyDictionary<string, string[]> Rooms { get; } =
        Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetFileNameWithoutExtension(path),
            path => XDocument.Load(path).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))).ToArray());

    public static IEnumerable<string> Sources(params string[] folders) =>
        folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Concat(folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.razor", SearchOption.AllDirectories)))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot(string from)
    {
        string? folder = Path.GetDirectoryName(from);
        while (folder is not null && !File.Exists(Path.Combine(folder, "ApprovalFunctions.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The solution file was not found above the tests.");
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
