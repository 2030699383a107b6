using System.Security.Cryptography;
using Approvals.Embedded.Data;
using Approvals.Embedded.Signing;
using Approvals.Ledger.Tokens;

namespace Approvals.Embedded.Tests;

public sealed class FileSignerTests
{
    [Fact]
    public async Task Key_is_made_once_and_readable_by_its_owner_alone()
    {
        using var folder = new TempFolder();
        string keyId;
        using (FileSigner first = FileSigner.Open(folder["signing.pem"])) keyId = (await first.CurrentKeyAsync(default)).KeyId;
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["signing.pem"]));
        using FileSigner second = FileSigner.Open(folder["signing.pem"]);
        JsonWebKey key = await second.CurrentKeyAsync(default);
        Assert.Equal(keyId, key.KeyId);
        Assert.Equal(key.Thumbprint, key.KeyId);
    }

    [Fact]
    public async Task Signatures_made_at_once_all_verify()
    {
        using var folder = new TempFolder();
        using FileSigner signer = FileSigner.Open(folder["signing.pem"]);
        JsonWebKey key = await signer.CurrentKeyAsync(default);
        await Parallel.ForAsync(0, 200, async (i, cancellationToken) =>
        {
            byte[] data = BitConverter.GetBytes(i);
            byte[] signature = await signer.SignAsync(key.KeyId, SHA256.HashData(data), cancellationToken);
            Assert.True(key.VerifyJws(data, signature));
        });
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Key_that_others_may_read_is_refused(UnixFileMode exposed)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        using var folder = new TempFolder();
        FileSigner.Open(folder["signing.pem"]).Dispose();
        File.SetUnixFileMode(folder["signing.pem"], UnixFileMode.UserRead | UnixFileMode.UserWrite | exposed);
        Assert.Equal("key_file_exposed", Assert.Throws<SetupException>(() => FileSigner.Open(folder["signing.pem"])).Code);
    }

    [Fact]
    public void File_that_is_no_such_key_is_refused_and_kept()
    {
        using var folder = new TempFolder();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (string content in (string[])["no key at all", other.ExportPkcs8PrivateKeyPem()])
        {
            File.Delete(folder["signing.pem"]);
            DataFolder.WriteNewSecret(folder["signing.pem"], System.Text.Encoding.ASCII.GetBytes(content));
            Assert.Equal("key_file_invalid", Assert.Throws<SetupException>(() => FileSigner.Open(folder["signing.pem"])).Code);
            Assert.Equal(content, File.ReadAllText(folder["signing.pem"]));
        }
    }
}
