namespace ApprovalFunctions.Keys;

/// <summary>One version of the signing key as the vault tells it.</summary>
public sealed record KeyVersion(string Name, bool Enabled, DateTimeOffset CreatedAt, DateTimeOffset? NotBefore, DateTimeOffset? ExpiresOn);

/// <summary>Which versions count, and which one signs.</summary>
public static class KeyVersions
{
    /// <summary>Every instance asks the vault again after this time.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A new version signs only when every instance has it in its JWKS, and verifiers' caches had time to follow; a verifier never meets
    /// a <c>kid</c> it cannot look up.
    /// </summary>
    public static readonly TimeSpan PublishFirst = 2 * Refresh;

    /// <summary>
    /// The version that signs first, then all others whose signatures still count: every enabled one, expired ones too, since an
    /// expiry ends signing and not what was signed before. Disabling a version withdraws its signatures.
    /// </summary>
    public static IReadOnlyList<KeyVersion> Live(IEnumerable<KeyVersion> versions, DateTimeOffset now)
    {
        KeyVersion[] enabled = [.. versions.Where(version => version.Enabled).OrderByDescending(version => version.CreatedAt)];
        KeyVersion[] usable = [.. enabled.Where(version => (version.NotBefore is not { } from || from <= now) && (version.ExpiresOn is not { } until || now < until))];

        // With no usable version that is old enough, the oldest usable one signs: a new gate must not wait for its first signature.
        KeyVersion? signs = usable.FirstOrDefault(version => version.CreatedAt + PublishFirst <= now) ?? usable.LastOrDefault();
        return signs is null ? enabled : [signs, .. enabled.Where(version => version != signs)];
    }

    /// <summary>Whether the first of <paramref name="live"/> may sign now.</summary>
    public static bool CanSign(IReadOnlyList<KeyVersion> live, DateTimeOffset now) =>
        live is [{ } first, ..] && (first.NotBefore is not { } from || from <= now) && (first.ExpiresOn is not { } until || now < until);
}
