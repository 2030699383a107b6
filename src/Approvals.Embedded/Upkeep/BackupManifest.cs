using System.Security.Cryptography;
using System.Text.Json;
using Approvals.Embedded.Data;

namespace Approvals.Embedded.Upkeep;

/// <summary>What a backup holds: <c>manifest.json</c> in it, written last, so a folder without one is no backup.</summary>
/// <param name="Format">1.</param>
/// <param name="LedgerSize">Entries; the ledger verified whole, to the checkpoint.</param>
/// <param name="Checkpoint">The signed note of the ledger as backed up.</param>
public sealed record BackupManifest(int Format, DateTimeOffset CreatedAt, long LedgerSize, string Checkpoint, IReadOnlyList<BackupFile> Files)
{
    public const string FileName = "manifest.json";
    private const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal static BackupManifest Create(DateTimeOffset now, long ledgerSize, string checkpoint, string folder) => new(
        CurrentFormat, now, ledgerSize, checkpoint,
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => BackupFile.Of(Path.GetRelativePath(folder, file).Replace('\\', '/'), file)).OrderBy(file => file.Path, StringComparer.Ordinal)]);

    internal void Write(string folder) =>
        DataFolder.WriteNewSecret(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(this, Indented));

    /// <summary>The manifest of a backup all of whose files are there, unchanged.</summary>
    /// <exception cref="SetupException"><c>not_a_backup</c>, <c>newer_backup</c>, <c>backup_damaged</c>.</exception>
    internal static BackupManifest ReadVerified(string folder, Action<double> progress)
    {
        string path = Path.Combine(folder, FileName);
        BackupManifest? manifest = null;
        try
        {
            if (File.Exists(path)) manifest = JsonSerializer.Deserialize<BackupManifest>(File.ReadAllBytes(path), JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            // Said below.
        }

        if (manifest?.Files is null) throw new SetupException("not_a_backup", $"'{folder}' has no {FileName}; name a folder that 'approvals backup' made.");
        if (manifest.Format > CurrentFormat) throw new SetupException("newer_backup", "The backup was made by a newer version of this program; run that version or newer.");
        long total = manifest.Files.Sum(file => file.Size), done = 0;
        foreach (BackupFile file in manifest.Files)
        {
            string full = Path.GetFullPath(Path.Combine(folder, file.Path));
            bool isInside = full.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
            if (!isInside || !File.Exists(full) || BackupFile.Of(file.Path, full) != file)
                throw new SetupException("backup_damaged", $"'{file.Path}' of the backup is missing or was changed since it was made; take another backup.");
            done += file.Size;
            progress((double)done / Math.Max(1, total));
        }

        return manifest;
    }
}

/// <param name="Path">Within the backup, with <c>/</c>.</param>
/// <param name="Sha256">Hex.</param>
public sealed record BackupFile(string Path, long Size, string Sha256)
{
    internal static BackupFile Of(string name, string path)
    {
        using FileStream file = File.OpenRead(path);
        return new BackupFile(name, file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
    }
}
