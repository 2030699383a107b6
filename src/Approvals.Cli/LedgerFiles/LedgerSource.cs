using System.Text;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;
using Approvals.Ledger.Log;
using Approvals.Ledger.Tokens;

namespace Approvals.Cli.LedgerFiles;

/// <summary>A ledger to read: a gate that serves it, or a folder that it was exported to. Both have the same paths (C2SP tlog-tiles).</summary>
internal abstract class LedgerSource : IDisposable
{
    public const string CheckpointFile = "checkpoint";
    public const string KeysFile = "jwks.json";

    /// <summary>The latest checkpoint: a signed note.</summary>
    public async Task<string> ReadCheckpointAsync(CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await RequireAsync(CheckpointFile, cancellationToken));

    /// <summary>The keys that the source itself names.</summary>
    public async Task<byte[]> ReadKeysAsync(CancellationToken cancellationToken) => await RequireAsync(KeysFile, cancellationToken);

    /// <summary>A tile or bundle; where a partial one is gone, the full one that took its place.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileId tile, CancellationToken cancellationToken)
    {
        byte[]? bytes = await FindAsync(tile.Path, cancellationToken);
        if (bytes is null && tile.Width < TileId.FullWidth) bytes = await FindAsync((tile with { Width = TileId.FullWidth }).Path, cancellationToken);
        return bytes is null ? null : bytes.AsMemory();
    }

    public abstract void Dispose();

    /// <summary>A file of the ledger by its path, or <see langword="null"/>.</summary>
    protected abstract Task<byte[]?> FindAsync(string path, CancellationToken cancellationToken);

    private async Task<byte[]> RequireAsync(string path, CancellationToken cancellationToken) =>
        await FindAsync(path, cancellationToken) ?? throw CommandException.WrongUse($"There is no '{path}' here; is this a ledger?");
}

/// <summary>A ledger that a gate serves. Entry bundles hold records, so reading them needs the key of an auditor.</summary>
internal sealed class ServedLedger(GateClient gate) : LedgerSource
{
    public override void Dispose() => gate.Dispose();

    protected override Task<byte[]?> FindAsync(string path, CancellationToken cancellationToken) =>
        gate.FindBytesAsync(path == KeysFile ? ".well-known/jwks.json" : "ledger/" + path, cancellationToken);
}

/// <summary>A ledger in files.</summary>
internal sealed class ExportedLedger(string folder) : LedgerSource
{
    public override void Dispose()
    {
        // nothing is held open
    }

    protected override async Task<byte[]?> FindAsync(string path, CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder, path);
        return File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellationToken) : null;
    }
}

/// <summary>What a verifier needs besides the ledger: keys, and the log's name.</summary>
internal static class LedgerTrust
{
    public static JsonWebKeySet Keys(byte[] jwks) => JsonWebKeySet.Parse(jwks);

    /// <summary>The name that a checkpoint claims. Whoever knows the name compares it; the signature covers it.</summary>
    public static string OriginOf(string checkpoint) => Checkpoint.Parse(SignedNote.Parse(checkpoint)).Origin;
}
