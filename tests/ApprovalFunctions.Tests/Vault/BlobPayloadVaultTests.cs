using System.Security.Cryptography;
using System.Text;
using ApprovalFunctions.Tests.Ledger;
using ApprovalFunctions.Vault;

namespace ApprovalFunctions.Tests.Vault;

public sealed class BlobPayloadVaultTests : IDisposable
{
    private static readonly byte[] Payload = "the payload, 4111 1111 1111 1111"u8.ToArray();

    private readonly string folder = Directory.CreateTempSubdirectory("approvals-vault").FullName;
    private readonly MemoryObjectStore store = new();
    private readonly BlobPayloadVault vault;

    public BlobPayloadVaultTests() => vault = new BlobPayloadVault(store, new LocalKeyWrap(Path.Combine(folder, "wrapping.key")));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Open_sealed_gives_the_payload_and_the_store_never_has_it()
    {
        await vault.SealAsync("a", Payload, default);

        Assert.Equal(Payload, await vault.OpenAsync("a", default));
        Assert.DoesNotContain("4111", Encoding.UTF8.GetString((await store.GetAsync("a", default))!.Content.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_after_shred_finds_nothing_and_nothing_is_left()
    {
        await vault.SealAsync("a", Payload, default);
        await vault.ShredAsync("a", default);
        await vault.ShredAsync("a", default);

        Assert.Null(await vault.OpenAsync("a", default));
        Assert.True((await store.GetAsync("a", default))!.Content.IsEmpty);
    }

    [Fact]
    public async Task Seal_after_shred_stays_shredded()
    {
        await vault.SealAsync("a", Payload, default);
        await vault.ShredAsync("a", default);
        await vault.SealAsync("a", Payload, default);

        Assert.Null(await vault.OpenAsync("a", default));
    }

    [Fact]
    public async Task Seal_again_replaces()
    {
        await vault.SealAsync("a", Payload, default);
        await vault.SealAsync("a", "other"u8.ToArray(), default);

        Assert.Equal("other"u8.ToArray(), await vault.OpenAsync("a", default));
    }

    [Fact]
    public async Task Open_payload_in_anothers_place_is_refused()
    {
        await vault.SealAsync("a", Payload, default);
        await store.PutAsync("b", (await store.GetAsync("a", default))!.Content, default);

        await Assert.ThrowsAnyAsync<CryptographicException>(() => vault.OpenAsync("b", default));
    }

    [Fact]
    public async Task Open_any_changed_byte_is_refused()
    {
        await vault.SealAsync("a", Payload, default);
        byte[] stored = (await store.GetAsync("a", default))!.Content.ToArray();
        int quote = Encoding.UTF8.GetString(stored).IndexOf("\"ciphertext\":\"", StringComparison.Ordinal) + 14;
        stored[quote] = (byte)(stored[quote] == 'A' ? 'B' : 'A');
        await store.PutAsync("a", stored, default);

        await Assert.ThrowsAnyAsync<CryptographicException>(() => vault.OpenAsync("a", default));
    }

    [Fact]
    public async Task Open_with_another_wrapping_key_is_refused()
    {
        await vault.SealAsync("a", Payload, default);
        var other = new BlobPayloadVault(store, new LocalKeyWrap(Path.Combine(folder, "other.key")));

        await Assert.ThrowsAnyAsync<CryptographicException>(() => other.OpenAsync("a", default));
    }
}
