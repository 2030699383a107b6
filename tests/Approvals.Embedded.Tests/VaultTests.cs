using System.Security.Cryptography;
using System.Text;
using Approvals.Engine;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Embedded.Tests;

public sealed class VaultTests
{
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes("the quick brown canary");

    [Fact]
    public async Task Payload_sealed_opens_after_a_restart()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Vault.SealAsync("a", Payload, CancellationToken.None);
        await stores.RestartAsync();
        Assert.Equal(Payload, await stores.Vault.OpenAsync("a", CancellationToken.None));
    }

    [Fact]
    public async Task Payload_sealed_again_replaces_the_first()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Vault.SealAsync("a", Payload, CancellationToken.None);
        await stores.Vault.SealAsync("a", Encoding.UTF8.GetBytes("second"), CancellationToken.None);
        Assert.Equal("second", Encoding.UTF8.GetString((await stores.Vault.OpenAsync("a", CancellationToken.None))!));
    }

    [Fact]
    public async Task Payload_shredded_never_opens_nor_seals_again()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Vault.SealAsync("a", Payload, CancellationToken.None);
        await stores.Vault.ShredAsync("a", CancellationToken.None);
        await stores.Vault.ShredAsync("a", CancellationToken.None);
        Assert.Null(await stores.Vault.OpenAsync("a", CancellationToken.None));
        await stores.Vault.SealAsync("a", Payload, CancellationToken.None);
        Assert.Null(await stores.Vault.OpenAsync("a", CancellationToken.None));
    }

    [Fact]
    public async Task Vault_of_the_first_format_is_migrated_and_its_tombstones_hold()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Vault.SealAsync("sealed", Payload, CancellationToken.None);
        await stores.Database.WriteAsync(writer =>
        {
            // As the first format had it: what was shredded stands among the payloads, empty.
            writer.Execute("DROP TABLE shredded");
            writer.Execute("INSERT INTO payload(action_id) VALUES ('shredded')");
            writer.Execute("UPDATE schema_version SET version = 1 WHERE component = 'vault'");
        });
        await stores.RestartAsync();

        Assert.Equal(Payload, await stores.Vault.OpenAsync("sealed", CancellationToken.None));
        await stores.Vault.SealAsync("shredded", Payload, CancellationToken.None);
        Assert.Null(await stores.Vault.OpenAsync("shredded", CancellationToken.None));
    }

    [Fact]
    public async Task Credential_stored_before_there_were_checksums_is_known()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        var principal = new Principal(PrincipalKind.Service, Principal.LocalIssuer, "pipeline", "Pipeline", []);
        await stores.Credentials.AddAsync(new Credential("key", "hash", principal, [Role.Requester], [], stores.Time.GetUtcNow()), CancellationToken.None);
        await stores.Database.WriteAsync(writer =>
        {
            byte[] plain = Packed.Unpack(writer.QueryBlob("SELECT document FROM credential")!);
            writer.Execute("UPDATE credential SET document = ?1", plain);
        });
        await stores.RestartAsync();

        Assert.Equal("pipeline", (await stores.Credentials.FindAsync("key", CancellationToken.None))?.Principal.Subject);
    }

    [Fact]
    public async Task Payload_shredded_before_it_was_sealed_stays_shredded()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Vault.ShredAsync("a", CancellationToken.None);
        await stores.Vault.SealAsync("a", Payload, CancellationToken.None);
        Assert.Null(await stores.Vault.OpenAsync("a", CancellationToken.None));
    }

    [Fact]
    public async Task Row_moved_to_another_action_does_not_open()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Vault.SealAsync("a", Payload, CancellationToken.None);
        await stores.Database.WriteAsync(writer => { writer.Execute("UPDATE payload SET action_id = 'b'"); });
        await Assert.ThrowsAnyAsync<CryptographicException>(() => stores.Vault.OpenAsync("b", CancellationToken.None));
    }

    [Fact]
    public async Task Row_changed_in_any_byte_does_not_open()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Vault.SealAsync("a", Payload, CancellationToken.None);
        byte[] whole = stores.Database.Read(reader => reader.QueryBlob("SELECT sealed FROM payload"))!;
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 1;
            await stores.Database.WriteAsync(writer => { writer.Execute("UPDATE payload SET sealed = ?1", changed); });
            await Assert.ThrowsAnyAsync<CryptographicException>(() => stores.Vault.OpenAsync("a", CancellationToken.None));
        }
    }

    [Fact]
    public async Task Sealed_payload_stands_in_no_file()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Vault.SealAsync("a", Payload, CancellationToken.None);
        Assert.All(stores.Files(), file => Assert.Equal(-1, file.Bytes.AsSpan().IndexOf(Payload)));
    }

    [Fact]
    public async Task Key_under_which_nothing_is_sealed_any_more_is_deleted()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.Vault.SealAsync("first", Payload, CancellationToken.None);
        await stores.Vault.SealAsync("kept", Payload, CancellationToken.None);
        string first = Assert.Single(Directory.GetFiles(stores.Data.VaultKeyFolder));
        await stores.Vault.ShredAsync("first", CancellationToken.None);
        for (int i = 0; i < 3; i++)
        {
            stores.Time.Now += TimeSpan.FromMinutes(11);
            await stores.Vault.SealAsync($"later {i}", Payload, CancellationToken.None);
            await stores.Vault.ShredAsync($"later {i}", CancellationToken.None);
        }

        Assert.True(File.Exists(first), "A payload is still sealed under it.");
        await stores.Vault.ShredAsync("kept", CancellationToken.None);
        stores.Time.Now += TimeSpan.FromMinutes(11);
        await stores.Vault.SealAsync("last", Payload, CancellationToken.None);
        Assert.False(File.Exists(first));
        Assert.Equal(2, Directory.GetFiles(stores.Data.VaultKeyFolder).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Seal_that_failed_can_be_repeated(bool stored)
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        FailNextCommit(stores, stored);
        await Assert.ThrowsAsync<DatabaseException>(() => stores.Vault.SealAsync("a", Payload, CancellationToken.None));
        Assert.Equal(stored, await stores.Vault.OpenAsync("a", CancellationToken.None) is not null);
        await stores.Vault.SealAsync("a", Payload, CancellationToken.None);
        Assert.Equal(Payload, await stores.Vault.OpenAsync("a", CancellationToken.None));
    }

    internal static void FailNextCommit(StoreFolder stores, bool stored, Action? before = null)
    {
        bool failed = false;
        stores.Database.Failpoint = point =>
        {
            if (failed || point != (stored ? CommitPoint.AfterCommit : CommitPoint.BeforeCommit)) return;
            failed = true;
            before?.Invoke();
            throw new DatabaseException("full", "A failure that the test asked for.");
        };
    }
}
