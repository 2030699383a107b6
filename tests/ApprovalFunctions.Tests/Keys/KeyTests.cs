using System.Security.Cryptography;
using ApprovalFunctions.Keys;

namespace ApprovalFunctions.Tests.Keys;

public sealed class KeyTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string folder = Directory.CreateTempSubdirectory("approvals-keys").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Live_rotated_key_signs_only_after_every_instance_published_it()
    {
        KeyVersion old = Version("old", Now.AddDays(-90)), rotated = Version("new", Now.AddMinutes(-1));

        Assert.Equal(["old", "new"], Names([rotated, old], Now));
        Assert.Equal(["new", "old"], Names([rotated, old], Now + KeyVersions.PublishFirst));
    }

    [Fact]
    public void Live_only_version_signs_at_once() => Assert.Equal(["first"], Names([Version("first", Now)], Now));

    [Fact]
    public void Live_expired_version_still_verifies_and_no_longer_signs()
    {
        KeyVersion expired = Version("expired", Now.AddDays(-90)) with { ExpiresOn = Now.AddDays(-1) }, current = Version("current", Now.AddDays(-1));

        Assert.Equal(["current", "expired"], Names([expired, current], Now));
        Assert.False(KeyVersions.CanSign(KeyVersions.Live([expired], Now), Now));
    }

    [Fact]
    public void Live_disabled_version_neither_signs_nor_verifies() =>
        Assert.Equal(["old"], Names([Version("old", Now.AddDays(-90)), Version("leaked", Now.AddDays(-1)) with { Enabled = false }], Now));

    [Fact]
    public void Live_version_for_later_waits() =>
        Assert.Equal(["old", "later"], Names([Version("old", Now.AddDays(-90)), Version("later", Now.AddDays(-1)) with { NotBefore = Now.AddDays(1) }], Now));

    [Fact]
    public async Task PemSigner_same_file_is_the_same_key_and_verifies()
    {
        string path = Path.Combine(folder, "keys", "signing.pem");
        byte[] data = "signed"u8.ToArray();
        using var first = new PemSigner(path);
        using var second = new PemSigner(path);

        var key = await first.CurrentKeyAsync(default);
        byte[] signature = await second.SignAsync(key.KeyId, SHA256.HashData(data), default);

        Assert.True(key.VerifyJws(data, signature));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void PemSigner_other_curve_is_refused()
    {
        string path = Path.Combine(folder, "signing.pem");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        File.WriteAllText(path, other.ExportPkcs8PrivateKeyPem());

        Assert.Throws<CryptographicException>(() => new PemSigner(path));
    }

    private static KeyVersion Version(string name, DateTimeOffset created) => new(name, Enabled: true, created, NotBefore: null, ExpiresOn: null);

    private static IEnumerable<string> Names(KeyVersion[] versions, DateTimeOffset now) => KeyVersions.Live(versions, now).Select(version => version.Name);
}
