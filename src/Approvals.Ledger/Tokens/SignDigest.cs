namespace Approvals.Ledger.Tokens;

/// <summary>
/// Signs a SHA-256 digest (32 bytes) with the gate's P-256 key and returns r||s, 64 bytes (IEEE P1363). The key itself stays with whoever
/// implements this: a file on one machine, Key Vault on Azure. Failures are thrown; calling again with the same digest is harmless.
/// </summary>
public delegate ValueTask<byte[]> SignDigest(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken);
