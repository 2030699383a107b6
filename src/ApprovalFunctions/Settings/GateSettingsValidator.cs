using System.Buffers;
using Microsoft.Extensions.Options;

namespace ApprovalFunctions.Settings;

/// <summary>Checks the settings at start; every error names its setting and the remedy, and never repeats a value that may be a secret.</summary>
/// <param name="runsInAzure">There, keys from files and connection strings are refused.</param>
/// <param name="platformAuthenticates">Whether App Service's own authentication stands in front of the app.</param>
public sealed class GateSettingsValidator(bool runsInAzure, bool platformAuthenticates = false) : IValidateOptions<GateSettings>
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public ValidateOptionsResult Validate(string? name, GateSettings options)
    {
        string[] errors = [.. Errors(options)];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private IEnumerable<string> Errors(GateSettings settings)
    {
        if (settings.Name.Length is 0 or > 200 || settings.Name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+'))
            yield return Error("Name", "set the gate's name, without white space or '+', e.g. approvals.example.com. It never changes.");
        if (settings.PublicUrl is not { IsAbsoluteUri: true, Scheme: "http" or "https" } url || url.PathAndQuery != "/")
            yield return Error("PublicUrl", "set the address at which people reach the gate, e.g. https://approvals.example.com.");
        else if (runsInAzure && url.Scheme != "https")
            yield return Error("PublicUrl", "must begin with https in Azure.");
        if (string.IsNullOrWhiteSpace(settings.PolicyPath)) yield return Error("PolicyPath", "set the policy file, e.g. policy.yaml.");
        foreach (string error in Storage(settings.Storage).Concat(Keys(settings.Keys)).Concat(ServiceBus(settings.ServiceBus)).Concat(FirstKey(settings.FirstKey)).Concat(People(settings)).Concat(Notifications(settings))
            .Concat(Identity(settings)))
            yield return error;
    }

    private IEnumerable<string> Storage(StorageSettings storage)
    {
        if (storage.ConnectionString is { } connection)
        {
            if (runsInAzure || !IsAzurite(connection))
                yield return Error("Storage:ConnectionString", "is for Azurite alone; in Azure set Storage:BlobServiceUri, TableServiceUri and LedgerBlobServiceUri and let the managed identity sign in.");
            yield break;
        }

        if (!IsService(storage.BlobServiceUri)) yield return Error("Storage:BlobServiceUri", "set the blob endpoint, e.g. https://<account>.blob.core.windows.net, or Storage:ConnectionString for Azurite.");
        if (!IsService(storage.TableServiceUri)) yield return Error("Storage:TableServiceUri", "set the table endpoint, e.g. https://<account>.table.core.windows.net.");
        if (!IsService(storage.LedgerBlobServiceUri)) yield return Error("Storage:LedgerBlobServiceUri", "set the blob endpoint of the ledger's account, e.g. https://<account>.blob.core.windows.net.");
        else if (storage.LedgerBlobServiceUri == storage.BlobServiceUri)
            yield return Error("Storage:LedgerBlobServiceUri", "must be another account than Storage:BlobServiceUri: the ledger keeps old versions, and of a shredded payload none may be left.");
    }

    private IEnumerable<string> Keys(KeySettings keys)
    {
        if (keys.VaultUri is { } vault)
        {
            if (!IsService(vault)) yield return Error("Keys:VaultUri", "must be the vault's https address, e.g. https://<vault>.vault.azure.net.");
            if (keys.SigningKeyFile is not null) yield return Error("Keys:SigningKeyFile", "leave it out when Keys:VaultUri is set: one key signs.");
            if (keys.WrappingKeyFile is not null) yield return Error("Keys:WrappingKeyFile", "leave it out when Keys:VaultUri is set: one key wraps.");
            yield break;
        }

        if (runsInAzure)
        {
            yield return Error("Keys:VaultUri", "set the key vault; keys from files are refused in Azure.");
            yield break;
        }

        if (string.IsNullOrWhiteSpace(keys.SigningKeyFile)) yield return Error("Keys:SigningKeyFile", "set a file for the signing key of a local run, or Keys:VaultUri.");
        if (string.IsNullOrWhiteSpace(keys.WrappingKeyFile)) yield return Error("Keys:WrappingKeyFile", "set a file for the wrapping key of a local run, or Keys:VaultUri.");
    }

    private static IEnumerable<string> ServiceBus(ServiceBusSettings bus)
    {
        if (bus.Namespace is { } host && Uri.CheckHostName(host) != UriHostNameType.Dns)
            yield return Error("ServiceBus:Namespace", "set the host name alone, e.g. <namespace>.servicebus.windows.net.");
        if (bus.Namespace is not null && string.IsNullOrWhiteSpace(bus.ReleasesTopic))
            yield return Error("ServiceBus:ReleasesTopic", "set the topic that decisions are sent to.");
        if (bus.IntakeSubject is { } subject && (subject.Length is 0 or > 200 || subject.Any(char.IsControl)))
            yield return Error("ServiceBus:IntakeSubject", "set the subject of the service that the queue's actions are asked by, 1 to 200 characters.");
    }

    private static IEnumerable<string> FirstKey(FirstKeySettings key)
    {
        if (string.IsNullOrEmpty(key.Id) && string.IsNullOrEmpty(key.SecretHash)) yield break;
        if (key.Id?.Length != 16 || key.Id.AsSpan().ContainsAnyExcept(LowerHex)) yield return Error("FirstKey:Id", "set 16 lower-case hex digits.");
        if (key.SecretHash?.Length != 64 || key.SecretHash.AsSpan().ContainsAnyExcept(LowerHex))
            yield return Error("FirstKey:SecretHash", "set the lower-case hex SHA-256 of the secret, 64 digits; never the secret.");
    }

    private static IEnumerable<string> People(GateSettings settings)
    {
        if (settings.People.Any(person => person.Subject.Length is 0 or > 200 || person.Subject.Any(char.IsControl)))
            yield return Error("People", "every person needs a Subject of 1 to 200 characters that never changes.");
        if (settings.People.DistinctBy(person => person.Subject).Count() != settings.People.Count)
            yield return Error("People", "two people have the same Subject.");
    }

    private IEnumerable<string> Identity(GateSettings settings)
    {
        if (settings.AppServiceIssuer is not null && !platformAuthenticates)
            yield return Error("AppServiceIssuer", "turn App Service authentication on first, or leave this out: without the platform in front anybody could send its header.");
        string? error = null;
        try
        {
            IdentitySettings.Read(settings, runsInAzure ? _ => ValueTask.FromResult("") : null);
        }
        catch (FormatException wrong)
        {
            error = wrong.Message;
        }

        if (error is not null) yield return error;
    }

    private static IEnumerable<string> Notifications(GateSettings settings)
    {
        string? error = null;
        try
        {
            settings.Notifications.ToOptions();
        }
        catch (FormatException wrong)
        {
            error = wrong.Message;
        }

        if (error is not null) yield return error;
    }

    private static bool IsService(Uri? uri) => uri is { IsAbsoluteUri: true, Scheme: "https", PathAndQuery: "/", UserInfo: "" };

    /// <summary>The two forms that name the emulator: https://learn.microsoft.com/azure/storage/common/storage-use-azurite</summary>
    private static bool IsAzurite(string connection) =>
        connection.Contains("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase)
        || connection.Contains("AccountName=devstoreaccount1", StringComparison.OrdinalIgnoreCase);

    private static string Error(string setting, string remedy) => $"{GateSettings.Section}:{setting}: {remedy}";
}
