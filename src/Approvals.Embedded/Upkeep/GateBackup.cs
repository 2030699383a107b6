using Approvals.Embedded.Data;
using Approvals.Embedded.LedgerStore;
using Approvals.Embedded.Signing;
using Approvals.Engine;
using Approvals.Ledger.Log;
using Approvals.Ledger.Verification;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Embedded.Upkeep;

/// <summary>How far a long piece of work is.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Share">Of that step, 0 to 1; <see langword="null"/> when nobody knows.</param>
public readonly record struct UpkeepProgress(string Step, double? Share);

/// <summary>
/// Makes a backup of a gate's data folder, as of one commit, while a gate runs on it or not. In it: the database (workflows, action index, API keys' hashes,
/// ledger), the signing key and the Data Protection keys: whoever holds a backup can sign in the gate's name, so keep it as you keep the data folder.
/// </summary>
/// <remarks>
/// INVARIANT: no payload leaves the machine. Sealed payloads are deleted from the copy and the vault's keys are not copied: shredding would mean nothing
/// while a backup could undo it. An action that was not redacted yet when the backup was made is denied after a restore (<c>payload_missing</c>).
/// </remarks>
public static class GateBackup
{
    private const string ForgetPayloads =
        "UPDATE payload SET epoch = NULL, wrapped_key = NULL, sealed = NULL WHERE epoch IS NOT NULL;";

    /// <summary>Makes the backup, verified: SQLite's integrity check and the whole ledger, entry by entry. The folder gets its name when all of it is there.</summary>
    /// <param name="dataFolder">The gate's.</param>
    /// <param name="target">A folder that is not there yet.</param>
    /// <exception cref="SetupException"><c>exists</c>, <c>not_a_data_folder</c>, <c>ledger_inconsistent</c>.</exception>
    /// <exception cref="DatabaseException">The database cannot be read, or is damaged.</exception>
    public static async Task<BackupManifest> CreateAsync(
        string dataFolder, string target, TimeProvider time, Action<UpkeepProgress> progress, CancellationToken cancellationToken = default)
    {
        target = Path.GetFullPath(target);
        if (Directory.Exists(target) || File.Exists(target))
            throw new SetupException("exists", $"'{target}' is there already; name a folder that is not.");
        if (!File.Exists(Path.Combine(dataFolder, Database.FileName)))
            throw new SetupException("not_a_data_folder", $"'{dataFolder}' holds no gate's data; name its data folder with --data.");

        var part = new DataFolder(target + ".part", isNew: true);
        try
        {
            DateTimeOffset now = time.GetUtcNow();
            await DatabaseBackup.CreateAsync(
                dataFolder, Path.Combine(part.Path, Database.FileName), ForgetPayloads,
                new Relay(share => progress(new UpkeepProgress("copying the database", share))), cancellationToken);
            var source = new DataFolder(dataFolder);
            DataFolder.WriteNewSecret(part.SigningKeyFile, DataFolder.ReadSecret(source.SigningKeyFile));
            foreach (string key in Directory.EnumerateFiles(source.ProtectionKeyFolder, "*.xml"))
                DataFolder.WriteNewSecret(Path.Combine(part.ProtectionKeyFolder, Path.GetFileName(key)), DataFolder.ReadSecret(key));
            (long size, string checkpoint) = await VerifyLedgerAsync(part, progress, cancellationToken);
            BackupManifest manifest = BackupManifest.Create(now, size, checkpoint, part.Path);
            manifest.Write(part.Path);
            Directory.Move(part.Path, target);
            return manifest;
        }
        finally
        {
            if (Directory.Exists(part.Path)) Directory.Delete(part.Path, recursive: true);
        }
    }

    /// <summary>Puts a backup into a data folder that has no gate's data, after it was checked. The gate then runs on what was true when the backup was made.</summary>
    /// <remarks>
    /// Releases that were decided before the restore are not handed out or redeemed any more: whether they were redeemed after the backup was made, nobody
    /// knows. Ledger entries made since are lost, and whoever kept a later checkpoint will see that.
    /// </remarks>
    /// <exception cref="SetupException"><c>not_a_backup</c>, <c>newer_backup</c>, <c>backup_damaged</c>, <c>exists</c>.</exception>
    /// <exception cref="DatabaseException"><c>folder_in_use</c>, <c>exists</c>, <c>corrupt</c>.</exception>
    public static async Task<BackupManifest> RestoreAsync(
        string backup, string dataFolder, TimeProvider time, Action<UpkeepProgress> progress, CancellationToken cancellationToken = default)
    {
        BackupManifest manifest = BackupManifest.ReadVerified(backup, share => progress(new UpkeepProgress("checking the backup", share)));
        var folder = new DataFolder(dataFolder);
        if (File.Exists(folder.SigningKeyFile) || File.Exists(Path.Combine(folder.Path, Database.FileName)))
            throw new SetupException("exists", $"'{folder.Path}' holds a gate's data; move it away first, or restore into another folder.");

        // The keys first: a crash in between leaves keys without a database, which a second restore names; never a ledger without its key.
        foreach (BackupFile file in manifest.Files.Where(file => file.Path.StartsWith("keys/", StringComparison.Ordinal)))
            DataFolder.WriteNewSecret(Path.Combine(folder.Path, file.Path), await File.ReadAllBytesAsync(Path.Combine(backup, file.Path), cancellationToken));
        progress(new UpkeepProgress("restoring the database", null));
        DatabaseBackup.Restore(Path.Combine(backup, Database.FileName), folder.Path);
        using var database = new Database(folder.Path, NullLogger<Database>.Instance);
        var restoration = new Restoration(database);
        database.Open();
        await restoration.NoteAsync(time.GetUtcNow(), cancellationToken);
        return manifest;
    }

    private static async Task<(long Size, string Checkpoint)> VerifyLedgerAsync(DataFolder folder, Action<UpkeepProgress> progress, CancellationToken cancellationToken)
    {
        using FileSigner signer = FileSigner.Open(folder.SigningKeyFile);
        (long, string) verified;
        using (var database = new Database(folder.Path, NullLogger<Database>.Instance))
        {
            var tables = new LedgerTables(database);
            database.Open();
            PublishedTree tree = await tables.LoadAsync(cancellationToken)
                ?? throw new SetupException("not_a_data_folder", "The gate never ran on this data folder: there is no ledger.");
            string origin = Checkpoint.Parse(SignedNote.Parse(tree.Checkpoint)).Origin;
            LogVerification log = await LogVerifier.VerifyAsync(
                new LedgerVerifier(await signer.KeysAsync(cancellationToken), origin),
                tree.Checkpoint,
                async (tile, token) =>
                {
                    if (!tile.IsEntries) return (await tables.ReadTileAsync(tile, token))?[..(tile.Width * MerkleHash.Size)];
                    progress(new UpkeepProgress("verifying the ledger", (double)tile.Index * TileId.FullWidth / Math.Max(1, tree.Edge.Size)));
                    return tables.ReadBundle(tile);
                },
                cancellationToken: cancellationToken);
            if (!log.IsVerified)
                throw new SetupException("ledger_inconsistent", $"The ledger does not verify: {log.Failures[0].Message} This backup is not kept; restore an earlier one.");
            verified = (tree.Edge.Size, tree.Checkpoint);
        }

        foreach (string trace in (string[])["approvals.db.mark", "approvals.db-wal", "approvals.db-shm", "host.lock"]) File.Delete(Path.Combine(folder.Path, trace));
        return verified;
    }

    /// <summary>Reports on the caller's thread, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class Relay(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
