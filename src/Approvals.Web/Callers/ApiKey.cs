using System.Security.Cryptography;
using System.Text;

namespace Approvals.Web.Callers;

/// <summary>
/// An API key <c>apk_&lt;keyId&gt;_&lt;secret&gt;</c>: a public id of 16 and a secret of 64 lower-case hex digits (256 random bits).
/// Only the hash of the secret is stored; it needs no salt or stretching because the secret is random.
/// </summary>
public static class ApiKey
{
    private const string Prefix = "apk_";
    private const int IdLength = 16;
    private const int SecretLength = 64;

    /// <summary>A new key: the text is shown to its holder once, id and hash are stored.</summary>
    public static (string Key, string KeyId, string SecretHash) Create()
    {
        string keyId = RandomNumberGenerator.GetHexString(IdLength, lowercase: true);
        string secret = RandomNumberGenerator.GetHexString(SecretLength, lowercase: true);
        return ($"{Prefix}{keyId}_{secret}", keyId, HashOf(secret));
    }

    /// <summary>Takes a key apart; false when it has not the form of one.</summary>
    public static bool TryParse(string? text, out string keyId, out string secret)
    {
        (keyId, secret) = ("", "");
        if (text is null || text.Length != Prefix.Length + IdLength + 1 + SecretLength
            || !text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length + IdLength] != '_')
            return false;
        keyId = text.Substring(Prefix.Length, IdLength);
        secret = text[^SecretLength..];
        return IsLowerHex(keyId) && IsLowerHex(secret);
    }

    /// <summary>Lower-case hex SHA-256 of the secret's UTF-8 text.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Compares in constant time.</summary>
    public static bool Matches(string secret, string secretHash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(HashOf(secret)), Encoding.ASCII.GetBytes(secretHash));

    private static bool IsLowerHex(string text) => text.All(char.IsAsciiHexDigitLower);
}
