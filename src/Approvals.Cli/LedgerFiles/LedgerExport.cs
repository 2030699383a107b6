using Approvals.Cli.Output;
using Approvals.Ledger.Log;

namespace Approvals.Cli.LedgerFiles;

/// <summary>Copies a ledger into files under the paths of C2SP tlog-tiles. The checkpoint is written last: a folder with one is whole.</summary>
internal static class LedgerExport
{
    /// <returns>How many files were written.</returns>
    public static async Task<long> RunAsync(LedgerSource source, string folder, CancellationToken cancellationToken)
    {
        string note = await source.ReadCheckpointAsync(cancellationToken);
        long size = Checkpoint.Parse(SignedNote.Parse(note)).Size;
        long files = 0;
        for (int level = TileId.EntriesLevel; level <= TileId.MaxLevel; level++)
        {
            for (long index = 0; TileId.InTree(level, index, size) is { Width: > 0 } tile; index++)
            {
                string path = Path.Combine(folder, tile.Path);
                if (tile.Width == TileId.FullWidth && File.Exists(path)) continue;
                ReadOnlyMemory<byte> bytes = await source.ReadTileAsync(tile, cancellationToken)
                    ?? throw CommandException.Failed($"The gate does not serve {tile.Path}. Entries are for auditors: is this the key of one?");
                await WriteAsync(path, bytes, cancellationToken);
                if (++files % 64 == 0) Terminal.Error.Progress($"copied {files:N0} files …");
            }
        }

        Terminal.Error.EndProgress();
        await WriteAsync(Path.Combine(folder, LedgerSource.KeysFile), await source.ReadKeysAsync(cancellationToken), cancellationToken);
        await WriteAsync(Path.Combine(folder, LedgerSource.CheckpointFile), System.Text.Encoding.UTF8.GetBytes(note), cancellationToken);
        return files + 2;
    }

    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path + ".new", bytes, cancellationToken);
        File.Move(path + ".new", path, overwrite: true);
    }
}
