using System.Collections.Concurrent;
using System.Security.Cryptography;
using Approvals.Ledger.Tokens;
using Approvals.Workflow.Ports;
using Azure.Core;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Keys.Cryptography;
using JsonWebKey = Approvals.Ledger.Tokens.JsonWebKey;
using VaultKey = Azure.Security.KeyVault.Keys.JsonWebKey;

namespace ApprovalFunctions.Keys;

/// <summary>
/// Signs with ES256 in Key Vault: the private key never leaves it. The <c>kid</c> is the key version's name. A rotation in the vault is
/// noticed within <see cref="KeyVersions.Refresh"/>, without a restart.
/// </summary>
public sealed class KeyVaultSigner(Uri vault, string keyName, TokenCredential credential, TimeProvider time) : ISigner, IDisposable
{
    /// <summary>Old versions that are read at most; a yearly rotation fills this in a century.</summary>
    private const int MaxVersions = 100;

    private readonly KeyClient keys = new(vault, credential, KeyVaultRetry.ForKeys());
    private readonly ConcurrentDictionary<string, JsonWebKey> publicKeys = [];
    private readonly ConcurrentDictionary<string, CryptographyClient> clients = [];
    private readonly SemaphoreSlim refreshing = new(1, 1);
    private volatile KeyRing? ring;

    public async ValueTask<JsonWebKey> CurrentKeyAsync(CancellationToken cancellationToken)
    {
        KeyRing live = await RingAsync(cancellationToken);
        return live.CanSign
            ? live.Keys.Keys[0]
            : throw new CryptographicException($"The key '{keyName}' has no enabled version that is valid now: rotate it in the vault.");
    }

    public async ValueTask<byte[]> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        KeyRing live = await RingAsync(cancellationToken);
        if (!live.Keys.Contains(keyId)) throw new CryptographicException("There is no live version of the signing key of that id.");
        CryptographyClient client = clients.GetOrAdd(
            keyId, id => new CryptographyClient(new Uri(vault, $"keys/{keyName}/{id}"), credential, KeyVaultRetry.ForCryptography()));

        // Key Vault answers r and s side by side (RFC 7518 section 3.4), as JWS wants them.
        SignResult signed = await client.SignAsync(SignatureAlgorithm.ES256, digest.ToArray(), cancellationToken);
        return signed.Signature;
    }

    public async ValueTask<JsonWebKeySet> KeysAsync(CancellationToken cancellationToken) => (await RingAsync(cancellationToken)).Keys;

    public void Dispose() => refreshing.Dispose();

    private async ValueTask<KeyRing> RingAsync(CancellationToken cancellationToken)
    {
        if (ring is { } fresh && time.GetUtcNow() - fresh.ReadAt < KeyVersions.Refresh) return fresh;
        await refreshing.WaitAsync(cancellationToken);
        try
        {
            if (ring is { } meanwhile && time.GetUtcNow() - meanwhile.ReadAt < KeyVersions.Refresh) return meanwhile;
            return ring = await ReadAsync(cancellationToken);
        }
        finally
        {
            refreshing.Release();
        }
    }

    private async Task<KeyRing> ReadAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        var versions = new List<KeyVersion>();
        await foreach (KeyProperties version in keys.GetPropertiesOfKeyVersionsAsync(keyName, cancellationToken))
        {
            versions.Add(new KeyVersion(version.Version, version.Enabled ?? true, version.CreatedOn ?? DateTimeOffset.MinValue, version.NotBefore, version.ExpiresOn));
            if (versions.Count == MaxVersions) break;
        }

        IReadOnlyList<KeyVersion> live = KeyVersions.Live(versions, now);
        var published = new List<JsonWebKey>(live.Count);
        foreach (KeyVersion version in live) published.Add(await PublicKeyAsync(version.Name, cancellationToken));
        return new KeyRing(new JsonWebKeySet(published), KeyVersions.CanSign(live, now), now);
    }

    /// <summary>A version's public key never changes, so it is read once.</summary>
    private async Task<JsonWebKey> PublicKeyAsync(string version, CancellationToken cancellationToken)
    {
        if (publicKeys.TryGetValue(version, out JsonWebKey? known)) return known;
        VaultKey key = (await keys.GetKeyAsync(keyName, version, cancellationToken)).Value.Key;
        if (key.CurveName != KeyCurveName.P256)
            throw new CryptographicException($"The key '{keyName}' must be an EC key on P-256.");
        using ECDsa ecdsa = key.ToECDsa();
        return publicKeys[version] = JsonWebKey.FromECDsa(ecdsa, version);
    }

    /// <summary>The live keys at one time, the current one first.</summary>
    private sealed record KeyRing(JsonWebKeySet Keys, bool CanSign, DateTimeOffset ReadAt);
}
