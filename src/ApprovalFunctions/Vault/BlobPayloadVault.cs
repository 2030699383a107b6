using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ApprovalFunctions.Ledger;
using Approvals.Durable;
using Approvals.Workflow.Ports;

namespace ApprovalFunctions.Vault;

/// <summary>
/// The payload vault over an object store: one object per action holds the ciphertext and its wrapped data key, so sealing is one atomic
/// write. Shredding replaces both by an empty object, which also keeps the id from being sealed again.
/// </summary>
/// <remarks>
/// The store must keep no older versions and no soft-deleted content, or what was shredded would still be there: the storage account of
/// this container has both turned off, and the ledger has an account of its own.
/// </remarks>
public sealed class BlobPayloadVault(IObjectStore payloads, IKeyWrap keys) : IPayloadVault
{
    private const int DataKeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public async Task SealAsync(string actionId, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        byte[] sealedPayload = await EncryptAsync(actionId, payload, cancellationToken);
        while (true)
        {
            StoredObject? there = await payloads.GetAsync(actionId, cancellationToken);

            // INVARIANT: what was shredded stays shredded.
            if (there is { Content.IsEmpty: true }) return;
            if (await payloads.ReplaceAsync(actionId, sealedPayload, there?.ETag, cancellationToken)) return;
        }
    }

    public async Task<byte[]?> OpenAsync(string actionId, CancellationToken cancellationToken)
    {
        if (await payloads.GetAsync(actionId, cancellationToken) is not { Content.IsEmpty: false } stored) return null;
        SealedPayload box;
        try
        {
            box = JsonSerializer.Deserialize<SealedPayload>(stored.Content.Span, DurableJson.Options)!;
        }
        catch (JsonException malformed)
        {
            throw new CryptographicException("The sealed payload is not in its format; it was tampered with.", malformed);
        }

        byte[] dataKey = await keys.UnwrapAsync(box.Key, cancellationToken);
        try
        {
            byte[] payload = new byte[box.Ciphertext.Length];
            using var aes = new AesGcm(dataKey, TagBytes);
            aes.Decrypt(box.Nonce, box.Ciphertext, box.Tag, payload, Encoding.UTF8.GetBytes(actionId));
            return payload;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    public Task ShredAsync(string actionId, CancellationToken cancellationToken) =>
        payloads.PutAsync(actionId, ReadOnlyMemory<byte>.Empty, cancellationToken);

    private async Task<byte[]> EncryptAsync(string actionId, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        byte[] dataKey = RandomNumberGenerator.GetBytes(DataKeyBytes);
        try
        {
            byte[] nonce = RandomNumberGenerator.GetBytes(NonceBytes), ciphertext = new byte[payload.Length], tag = new byte[TagBytes];
            using var aes = new AesGcm(dataKey, TagBytes);

            // The id is authenticated: one action's payload cannot be put in another's place.
            aes.Encrypt(nonce, payload.Span, ciphertext, tag, Encoding.UTF8.GetBytes(actionId));
            return JsonSerializer.SerializeToUtf8Bytes(
                new SealedPayload(await keys.WrapAsync(dataKey, cancellationToken), nonce, tag, ciphertext), DurableJson.Options);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Wire format of the vault.</summary>
    private sealed record SealedPayload(WrappedKey Key, byte[] Nonce, byte[] Tag, byte[] Ciphertext);
}
