using Approvals.Durable;

namespace Approvals.Workflow.Ports;

/// <summary>The append-only log (RFC 6962, served as C2SP tlog-tiles). Calls may overlap; appends are batched under one checkpoint.</summary>
public interface ILedger
{
    /// <summary>
    /// Appends once per key. On return the entry is durable and a signed checkpoint covers it. When the key is there already, nothing is
    /// appended and what stands there is returned, whatever <paramref name="entry"/> holds. After a call that throws the entry may
    /// or may not be in: repeating it with the same key settles it.
    /// </summary>
    /// <param name="key">E.g. <c>decision:&lt;action id&gt;</c>.</param>
    /// <param name="entry">At most 65,535 bytes.</param>
    Task<LedgerEntry> AppendAsync(string key, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken);

    /// <summary>What stands under a key, or <see langword="null"/>. Sees every append that returned.</summary>
    Task<LedgerEntry?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>A signed checkpoint that covers the entry, and the path from its leaf to the checkpoint's root.</summary>
    Task<LedgerProof> ProveAsync(long index, CancellationToken cancellationToken);

    /// <summary>The latest signed checkpoint: a C2SP signed note. Never older than one that any earlier call returned.</summary>
    Task<string> ReadCheckpointAsync(CancellationToken cancellationToken);

    /// <summary>The bytes of a tile or entry bundle by its tlog-tiles path (<c>tile/…</c>), or <see langword="null"/> when the log has none there.</summary>
    Task<byte[]?> ReadTileAsync(string path, CancellationToken cancellationToken);
}

public sealed record LedgerEntry(long Index, ReadOnlyMemory<byte> Entry);

/// <param name="Checkpoint">C2SP signed note.</param>
/// <param name="InclusionProof">RFC 6962 section 2.1.1, leaf to root, 32 bytes each.</param>
public sealed record LedgerProof(long Index, string Checkpoint, IReadOnlyList<byte[]> InclusionProof);

/// <summary>
/// What the action index shows stood in the ledger, and the ledger finds nothing under its key: one of the two is damaged, or was restored without
/// the other. INVARIANT: then nothing is appended under that key; once per key would be twice.
/// </summary>
public sealed class LedgerGapException(string key)
    : StoreException("corrupt", $"The ledger finds nothing under '{key}', where something stood: stop the host and restore the last backup.");
