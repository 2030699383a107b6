using System.Security.Cryptography;
using Approvals.Embedded.Data;
using Approvals.Ledger.Tokens;
using Approvals.Workflow.Ports;

namespace Approvals.Embedded.Signing;

/// <summary>
/// Signs with a P-256 key from a file (PKCS#8 PEM, mode 0600), which is created on first start. The <c>kid</c> is the key's RFC 7638 thumbprint.
/// </summary>
public sealed class FileSigner : ISigner, IDisposable
{
    private readonly byte[] pkcs8;
    private readonly JsonWebKey key;
    private readonly JsonWebKeySet keys;

    // One instance a thread: a single one would make signatures wait for each other, and importing the key costs as much as signing.
    private readonly ThreadLocal<ECDsa> signers;

    private FileSigner(byte[] pkcs8)
    {
        this.pkcs8 = pkcs8;
        signers = new ThreadLocal<ECDsa>(Import, trackAllValues: true);
        key = JsonWebKey.FromECDsa(signers.Value!);
        keys = new JsonWebKeySet([key]);
    }

    /// <summary>Loads the key, or makes one when the file is not there.</summary>
    /// <exception cref="SetupException"><c>key_file_exposed</c>, <c>key_file_invalid</c>.</exception>
    public static FileSigner Open(string path)
    {
        if (!File.Exists(path))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            DataFolder.WriteNewSecret(path, System.Text.Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem() + "\n"));
        }

        byte[] pem = DataFolder.ReadSecret(path);
        try
        {
            using var read = ECDsa.Create();
            read.ImportFromPem(System.Text.Encoding.ASCII.GetString(pem));
            if (read.KeySize != 256 || read.ExportParameters(includePrivateParameters: true).D is null) throw Invalid(path, null);
            return new FileSigner(read.ExportPkcs8PrivateKey());
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw Invalid(path, error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    public ValueTask<JsonWebKey> CurrentKeyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(key);

    public ValueTask<JsonWebKeySet> KeysAsync(CancellationToken cancellationToken) => ValueTask.FromResult(keys);

    public ValueTask<byte[]> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        if (keyId != key.KeyId) throw new KeyNotFoundException("This signer has no key of that id; ask for the current one.");
        if (digest.Length != SHA256.HashSizeInBytes) throw new ArgumentException("ES256 signs a SHA-256 digest of 32 bytes.", nameof(digest));
        return ValueTask.FromResult(signers.Value!.SignHash(digest.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    public void Dispose()
    {
        foreach (ECDsa signer in signers.Values) signer.Dispose();
        signers.Dispose();
        CryptographicOperations.ZeroMemory(pkcs8);
    }

    private ECDsa Import()
    {
        var signer = ECDsa.Create();
        signer.ImportPkcs8PrivateKey(pkcs8, out _);
        return signer;
    }

    private static SetupException Invalid(string path, Exception? inner) =>
        new("key_file_invalid", $"The file '{path}' is not a P-256 private key in PEM. Restore it from a backup: with another key, records signed so far no longer verify.", inner);
}
