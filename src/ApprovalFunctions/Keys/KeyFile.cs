namespace ApprovalFunctions.Keys;

/// <summary>Key files of local runs.</summary>
internal static class KeyFile
{
    /// <summary>The file's text; made first when it is not there, readable by its owner alone.</summary>
    public static string ReadOrCreate(string path, Func<string> create)
    {
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var writer = new StreamWriter(path, options);
            writer.Write(create());
        }

        return File.ReadAllText(path);
    }
}
