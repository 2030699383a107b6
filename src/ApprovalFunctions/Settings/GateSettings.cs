using Approvals.Web.Identity.Issuers;

namespace ApprovalFunctions.Settings;

/// <summary>
/// The app's settings under <c>Approvals:</c> (environment: <c>Approvals__Name</c>, <c>Approvals__Storage__BlobServiceUri</c> …).
/// Checked at start by <see cref="GateSettingsValidator"/>; docs/deploy.md tells what each is for.
/// </summary>
public sealed class GateSettings
{
    public const string Section = "Approvals";

    /// <summary>The gate's name for good: issuer of release tokens and, with <c>/ledger</c>, origin of the checkpoints.</summary>
    public string Name { get; set; } = "";

    /// <summary>How people reach the gate: the beginning of every link.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>The policy file; a relative path counts from the app's folder.</summary>
    public string PolicyPath { get; set; } = "policy.yaml";

    public IReadOnlyList<PersonSettings> People { get; set; } = [];

    /// <summary>Whose word on identities is taken besides the gate's own keys; docs/identity.md.</summary>
    public IReadOnlyList<IssuerSettings> Issuers { get; set; } = [];

    /// <summary>
    /// Name of the issuer at which App Service's own authentication signs people in; its header is believed then. Needs that authentication
    /// turned on (the platform sets <c>WEBSITE_AUTH_ENABLED</c>): without it anybody could send the header.
    /// </summary>
    public string? AppServiceIssuer { get; set; }

    public StorageSettings Storage { get; set; } = new();

    public KeySettings Keys { get; set; } = new();

    public ServiceBusSettings ServiceBus { get; set; } = new();

    public FirstKeySettings FirstKey { get; set; } = new();

    public TelemetrySettings Telemetry { get; set; } = new();

    public NotificationSettings Notifications { get; set; } = new();

    /// <summary>Names the ledger's log in its checkpoints.</summary>
    public string LedgerOrigin => Name + "/ledger";
}

public sealed class PersonSettings
{
    /// <summary>Never changes, e.g. an e-mail address.</summary>
    public string Subject { get; set; } = "";

    public string? Name { get; set; }

    public IReadOnlyList<string> Groups { get; set; } = [];

    /// <summary>What the person may do once signed in at an issuer; <c>reviewer</c> when not set. (A default list would be added to, not replaced.)</summary>
    public IReadOnlyList<string>? Roles { get; set; }

    /// <summary>Who the person is at issuers.</summary>
    public IReadOnlyList<PersonIdentitySettings> Identities { get; set; } = [];
}

public sealed class PersonIdentitySettings
{
    /// <summary>Name of an issuer of the settings, or of another system, e.g. <c>slack</c>.</summary>
    public string Issuer { get; set; } = "";

    public string Subject { get; set; } = "";
}

/// <summary>Where data lies: two accounts, since the ledger keeps old versions for ever and the vault must keep none.</summary>
public sealed class StorageSettings
{
    /// <summary>Azurite only, e.g. <c>UseDevelopmentStorage=true</c>; stands for all three addresses.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Sealed payloads, large documents, Data Protection keys: no versioning, no soft delete.</summary>
    public Uri? BlobServiceUri { get; set; }

    public Uri? TableServiceUri { get; set; }

    /// <summary>The ledger: versioning and immutability.</summary>
    public Uri? LedgerBlobServiceUri { get; set; }
}

/// <summary>Key Vault, or files for a local run.</summary>
public sealed class KeySettings
{
    public Uri? VaultUri { get; set; }

    /// <summary>EC P-256: signs records, tokens and checkpoints.</summary>
    public string SigningKey { get; set; } = "approvals-signing";

    /// <summary>RSA: wraps the data keys of payloads.</summary>
    public string WrappingKey { get; set; } = "approvals-wrapping";

    /// <summary>RSA: protects the Data Protection keys.</summary>
    public string DataProtectionKey { get; set; } = "approvals-data-protection";

    /// <summary>Local runs: PEM file with an EC P-256 private key; made when it is not there.</summary>
    public string? SigningKeyFile { get; set; }

    /// <summary>Local runs: file with 32 random bytes as base64; made when it is not there.</summary>
    public string? WrappingKeyFile { get; set; }
}

public sealed class ServiceBusSettings
{
    /// <summary>E.g. <c>sb-approvals.servicebus.windows.net</c>; without it decisions are announced to callback URLs alone.</summary>
    public string? Namespace { get; set; }

    public string ReleasesTopic { get; set; } = "releases";

    /// <summary>
    /// The subject of the service that actions from the intake queue are asked by. Who may send to the queue is the namespace's to decide, so
    /// everybody who may acts as this one principal; give pipelines that must be told apart API keys and HTTP instead.
    /// </summary>
    public string? IntakeSubject { get; set; }
}

/// <summary>The first API key, an admin's, from which all others are made. Only the hash is a setting.</summary>
public sealed class FirstKeySettings
{
    /// <summary>16 lower-case hex digits: the public part of <c>apk_&lt;id&gt;_&lt;secret&gt;</c>.</summary>
    public string? Id { get; set; }

    /// <summary>Lower-case hex SHA-256 of the secret's text, 64 lower-case hex digits.</summary>
    public string? SecretHash { get; set; }
}

/// <summary>Where the worker's telemetry goes; an OTLP endpoint is set by the standard <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
public sealed class TelemetrySettings
{
    /// <summary>
    /// Application Insights. On purpose not under the name that the host looks for: the host's own telemetry records the paths of requests, and
    /// the path of a review link is a credential.
    /// </summary>
    public string? ConnectionString { get; set; }
}
