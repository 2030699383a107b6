using Azure.Core;

namespace ApprovalFunctions.Hosting;

/// <summary>
/// The app's managed identity as its client credential at Entra ID, so that there is no client secret to keep or to lose. The app registration
/// trusts the identity: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
/// </summary>
internal sealed class ManagedIdentityAssertion(TokenCredential credential)
{
    private static readonly TokenRequestContext Exchange = new(["api://AzureADTokenExchange/.default"]);

    /// <summary>Cached and renewed by the credential.</summary>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken) => (await credential.GetTokenAsync(Exchange, cancellationToken)).Token;
}
