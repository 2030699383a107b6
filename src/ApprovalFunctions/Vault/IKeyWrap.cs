namespace ApprovalFunctions.Vault;

/// <summary>Wraps data keys under a key that never leaves its home. Calls may overlap; nothing is stored by a call.</summary>
public interface IKeyWrap
{
    Task<WrappedKey> WrapAsync(byte[] dataKey, CancellationToken cancellationToken);

    /// <exception cref="System.Security.Cryptography.CryptographicException">The wrapped key was tampered with, or is of another gate.</exception>
    Task<byte[]> UnwrapAsync(WrappedKey wrapped, CancellationToken cancellationToken);
}

/// <param name="KeyId">The wrapping key with its version: old payloads open after a rotation.</param>
public sealed record WrappedKey(string KeyId, byte[] Bytes);
