using System.Security.Cryptography;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Tests;

/// <summary>A signing key of one test, as a host would hold it.</summary>
internal sealed class TestKey
{
    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public JsonWebKey Public => field ??= JsonWebKey.FromECDsa(Key);

    public JsonWebKeySet Set => new([Public]);

    public ValueTask<byte[]> Sign(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) => new(Key.SignHash(digest.Span));
}
