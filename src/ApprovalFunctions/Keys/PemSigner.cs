using System.Security.Cryptography;
using Approvals.Ledger.Tokens;
using Approvals.Workflow.Ports;

namespace ApprovalFunctions.Keys;

/// <summary>Signs with an EC P-256 key in a PEM file: for <c>func start</c> without Azure. Refused when the app runs in Azure.</summary>
public sealed class PemSigner : ISigner, IDisposable
{
    private readonly ECDsa key = ECDsa.Create();
    private readonly JsonWebKey published;

    // .NET does not promise that one key object may be used by two threads at once.
    private readonly Lock gate = new();

    public PemSigner(string path)
    {
        key.ImportFromPem(KeyFile.ReadOrCreate(path, () =>
        {
            using var created = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return created.ExportPkcs8PrivateKeyPem() + "\n";
        }));
        published = JsonWebKey.FromECDsa(key);
        if (published.Algorithm != JwsAlgorithms.ES256) throw new CryptographicException($"{path} must hold an EC private key on P-256.");
    }

    public ValueTask<JsonWebKey> CurrentKeyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(published);

    public ValueTask<byte[]> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        if (keyId != published.KeyId) throw new CryptographicException("There is no signing key of that id.");
        lock (gate) return ValueTask.FromResult(key.SignHash(digest.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    public ValueTask<JsonWebKeySet> KeysAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new JsonWebKeySet([published]));

    public void Dispose() => key.Dispose();
}
