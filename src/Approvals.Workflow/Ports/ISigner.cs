using Approvals.Ledger.Tokens;

namespace Approvals.Workflow.Ports;

/// <summary>
/// Signs digests with ES256 (ECDSA P-256, SHA-256) and says which public keys verify. Nothing is stored by a call. Calls may overlap.
/// A call that throws produced nothing anybody saw: try again.
/// </summary>
public interface ISigner
{
    /// <summary>The key that signs now. Ask once per signature: keys rotate without a restart.</summary>
    ValueTask<JsonWebKey> CurrentKeyAsync(CancellationToken cancellationToken);

    /// <summary>Signs a SHA-256 digest with that key. 64 bytes, r and s (IEEE P1363), as JWS and DSSE want them.</summary>
    ValueTask<byte[]> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken);

    /// <summary>Every key whose signatures still count, the current one first.</summary>
    ValueTask<JsonWebKeySet> KeysAsync(CancellationToken cancellationToken);
}
