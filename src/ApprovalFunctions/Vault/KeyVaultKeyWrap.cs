using System.Security.Cryptography;
using ApprovalFunctions.Keys;
using Azure.Core;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Keys.Cryptography;

namespace ApprovalFunctions.Vault;

/// <summary>
/// Wraps with RSA-OAEP-256 under a Key Vault key. The SDK wraps with the public half and lets the vault unwrap, so only opening a payload
/// costs a vault operation. New payloads take a rotated key within <see cref="Refresh"/>; old ones name the version they were wrapped with.
/// </summary>
public sealed class KeyVaultKeyWrap(Uri vault, string keyName, TokenCredential credential, TimeProvider time) : IKeyWrap
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(5);
    private volatile Current? current;

    public async Task<WrappedKey> WrapAsync(byte[] dataKey, CancellationToken cancellationToken)
    {
        WrapResult wrapped = await Latest().WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, dataKey, cancellationToken);
        return new WrappedKey(wrapped.KeyId, wrapped.EncryptedKey);
    }

    public async Task<byte[]> UnwrapAsync(WrappedKey wrapped, CancellationToken cancellationToken)
    {
        // The id comes from storage. Another vault's address would receive our token and could answer with a key of its own.
        if (!Uri.TryCreate(wrapped.KeyId, UriKind.Absolute, out Uri? id)
            || !KeyVaultKeyIdentifier.TryCreate(id, out KeyVaultKeyIdentifier key)
            || key.VaultUri != vault
            || key.Name != keyName)
        {
            throw new CryptographicException("The payload was sealed under another key than the configured one.");
        }

        var client = new CryptographyClient(id, credential, KeyVaultRetry.ForCryptography());
        return (await client.UnwrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, wrapped.Bytes, cancellationToken)).Key;
    }

    /// <summary>A client without a version takes the newest once and keeps it, so it is made anew from time to time.</summary>
    private CryptographyClient Latest()
    {
        DateTimeOffset now = time.GetUtcNow();
        Current? cached = current;
        if (cached is null || now - cached.Since > Refresh)
            current = cached = new Current(new CryptographyClient(new Uri(vault, $"keys/{keyName}"), credential, KeyVaultRetry.ForCryptography()), now);
        return cached.Client;
    }

    private sealed record Current(CryptographyClient Client, DateTimeOffset Since);
}
