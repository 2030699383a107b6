using System.Security.Cryptography;
using ApprovalFunctions.Keys;

namespace ApprovalFunctions.Vault;

/// <summary>Wraps with AES-256 from a file by RFC 5649: for <c>func start</c> without Azure. Refused when the app runs in Azure.</summary>
public sealed class LocalKeyWrap : IKeyWrap
{
    private const string KeyId = "local";
    private readonly byte[] key;

    public LocalKeyWrap(string path)
    {
        key = Convert.FromBase64String(KeyFile.ReadOrCreate(path, () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))).Trim());
        if (key.Length != 32) throw new CryptographicException($"{path} must hold 32 bytes as base64; delete it to have a new one made.");
    }

    public Task<WrappedKey> WrapAsync(byte[] dataKey, CancellationToken cancellationToken)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        return Task.FromResult(new WrappedKey(KeyId, aes.EncryptKeyWrapPadded(dataKey)));
    }

    public Task<byte[]> UnwrapAsync(WrappedKey wrapped, CancellationToken cancellationToken)
    {
        if (wrapped.KeyId != KeyId) throw new CryptographicException("The payload was sealed under another key than the local one.");
        using var aes = Aes.Create();
        aes.Key = key;
        return Task.FromResult(aes.DecryptKeyWrapPadded(wrapped.Bytes));
    }
}
