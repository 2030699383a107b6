using Azure.Core;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Keys.Cryptography;

namespace ApprovalFunctions.Keys;

/// <summary>
/// How Key Vault is asked again when it throttles (429) or fails (5xx): exponential backoff with jitter, or as long as its Retry-After says;
/// Azure.Core does both. What is still refused then fails the activity, whose own retry policy waits longer.
/// https://learn.microsoft.com/azure/key-vault/general/overview-throttling
/// </summary>
internal static class KeyVaultRetry
{
    public static CryptographyClientOptions ForCryptography() => Configure(new CryptographyClientOptions());

    public static KeyClientOptions ForKeys() => Configure(new KeyClientOptions());

    private static T Configure<T>(T options)
        where T : ClientOptions
    {
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 5;
        options.Retry.Delay = TimeSpan.FromSeconds(1);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(16);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(20);
        return options;
    }
}
