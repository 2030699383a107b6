namespace Approvals.Embedded.Data;

/// <summary>
/// Everything that one gate keeps, readable by its owner alone (folders 0700, files 0600). See <see cref="Upkeep.GateBackup"/> for backups.
/// <code>
/// approvals.db, -wal, -shm    workflows, sealed payloads, ledger, action index, API keys' hashes
/// keys/signing.pem            the ES256 key that signs records, release tokens and checkpoints (PKCS#8)
/// keys/vault/*.key            the keys that wrap the payloads' data keys; deleted when nothing sealed under them is left
/// keys/protection/*.xml       ASP.NET Core Data Protection: review links, antiforgery, sealed nonces
/// </code>
/// </summary>
public sealed class DataFolder
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public DataFolder(string path)
        : this(path, isNew: false)
    {
    }

    /// <param name="isNew">Whether what is there goes first: the rest of work that did not end.</param>
    internal DataFolder(string path, bool isNew)
    {
        Path = System.IO.Path.GetFullPath(path);
        if (isNew && Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        CreatePrivateFolder(Path);
        CreatePrivateFolder(KeyFolder);
        CreatePrivateFolder(VaultKeyFolder);
        CreatePrivateFolder(ProtectionKeyFolder);
    }

    public string Path { get; }

    public string KeyFolder => System.IO.Path.Combine(Path, "keys");

    public string SigningKeyFile => System.IO.Path.Combine(KeyFolder, "signing.pem");

    public string VaultKeyFolder => System.IO.Path.Combine(KeyFolder, "vault");

    public string ProtectionKeyFolder => System.IO.Path.Combine(KeyFolder, "protection");

    /// <summary>
    /// Writes a new file that nobody but the owner could ever read: made with mode 0600 under a temporary name, flushed, then renamed,
    /// so that it is there whole or not at all.
    /// </summary>
    /// <exception cref="IOException">A file of that name is there.</exception>
    public static void WriteNewSecret(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + ".new";
        File.Delete(temporary); // what a crash left; never read by anybody
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnlyFile;
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: false);
    }

    /// <summary>Reads a secret, unless somebody else could have read it too.</summary>
    /// <exception cref="SetupException"><c>key_file_exposed</c>.</exception>
    public static byte[] ReadSecret(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
        {
            throw new SetupException(
                "key_file_exposed",
                $"The key file '{path}' can be read by others than its owner. Run 'chmod 600' on it; if others may have read it, replace the key.");
        }

        return File.ReadAllBytes(path);
    }

    private static void CreatePrivateFolder(string path)
    {
        if (Directory.Exists(path)) return;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnlyFolder);
    }
}

/// <summary>The gate cannot be set up as it is configured. The message names the remedy; <see cref="Code"/> is stable.</summary>
public sealed class SetupException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
