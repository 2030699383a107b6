using ApprovalFunctions.Settings;
using Microsoft.Extensions.Configuration;

namespace ApprovalFunctions.Tests.Settings;

public sealed class GateSettingsTests
{
    private static readonly Dictionary<string, string?> Azure = new()
    {
        ["Approvals:Name"] = "approvals.example.com",
        ["Approvals:PublicUrl"] = "https://approvals.example.com",
        ["Approvals:Storage:BlobServiceUri"] = "https://stgate.blob.core.windows.net",
        ["Approvals:Storage:TableServiceUri"] = "https://stgate.table.core.windows.net",
        ["Approvals:Storage:LedgerBlobServiceUri"] = "https://stledger.blob.core.windows.net",
        ["Approvals:Keys:VaultUri"] = "https://kv-gate.vault.azure.net",
        ["Approvals:ServiceBus:Namespace"] = "sb-gate.servicebus.windows.net",
        ["Approvals:People:0:Subject"] = "ada@example.com",
        ["Approvals:People:0:Groups:0"] = "sre",
    };

    private static readonly Dictionary<string, string?> Local = new()
    {
        ["Approvals:Name"] = "localhost",
        ["Approvals:PublicUrl"] = "http://localhost:7071",
        ["Approvals:Storage:ConnectionString"] = "UseDevelopmentStorage=true",
        ["Approvals:Keys:SigningKeyFile"] = "keys/signing.pem",
        ["Approvals:Keys:WrappingKeyFile"] = "keys/wrapping.key",
        ["Approvals:FirstKey:Id"] = "0123456789abcdef",
        ["Approvals:FirstKey:SecretHash"] = new string('a', 64),
    };

    [Fact]
    public void Validate_complete_settings_pass()
    {
        Assert.Empty(Errors(Azure, runsInAzure: true));
        Assert.Empty(Errors(Azure, runsInAzure: false));
        Assert.Empty(Errors(Local, runsInAzure: false));
    }

    [Fact]
    public void Bind_people_have_their_groups()
    {
        GateSettings settings = Bind(Azure);

        Assert.Equal("ada@example.com", Assert.Single(settings.People).Subject);
        Assert.Equal(["sre"], settings.People[0].Groups);
        Assert.Equal("approvals.example.com/ledger", settings.LedgerOrigin);
    }

    [Theory]
    [InlineData("Approvals:Name", "")]
    [InlineData("Approvals:Name", "two words")]
    [InlineData("Approvals:PublicUrl", "http://approvals.example.com")]
    [InlineData("Approvals:PublicUrl", "https://approvals.example.com/path")]
    [InlineData("Approvals:PolicyPath", "")]
    [InlineData("Approvals:Storage:ConnectionString", "DefaultEndpointsProtocol=https;AccountName=stgate;AccountKey=c2VjcmV0")]
    [InlineData("Approvals:Storage:BlobServiceUri", "http://stgate.blob.core.windows.net")]
    [InlineData("Approvals:Storage:LedgerBlobServiceUri", "https://stgate.blob.core.windows.net")]
    [InlineData("Approvals:Keys:VaultUri", "https://kv-gate.vault.azure.net/keys/x")]
    [InlineData("Approvals:Keys:SigningKeyFile", "keys/signing.pem")]
    [InlineData("Approvals:Keys:WrappingKeyFile", "keys/wrapping.key")]
    [InlineData("Approvals:ServiceBus:Namespace", "https://sb-gate.servicebus.windows.net")]
    [InlineData("Approvals:FirstKey:Id", "short")]
    [InlineData("Approvals:FirstKey:SecretHash", "apk_secret")]
    public void Validate_wrong_setting_is_named_and_its_value_is_not_repeated(string setting, string value)
    {
        string[] errors = Errors(new Dictionary<string, string?>(Azure) { [setting] = value }, runsInAzure: true);

        Assert.Contains(errors, error => error.StartsWith(setting + ":", StringComparison.Ordinal));
        if (value.Length > 0) Assert.DoesNotContain(errors, error => error.Contains(value, StringComparison.Ordinal) && value.Contains("ecret", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_keys_from_files_in_azure_are_refused()
    {
        var settings = new Dictionary<string, string?>(Azure)
        {
            ["Approvals:Keys:VaultUri"] = null,
            ["Approvals:Keys:SigningKeyFile"] = "keys/signing.pem",
            ["Approvals:Keys:WrappingKeyFile"] = "keys/wrapping.key",
        };

        Assert.Contains(Errors(settings, runsInAzure: true), error => error.StartsWith("Approvals:Keys:VaultUri:", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_two_people_with_one_subject_are_refused()
    {
        var settings = new Dictionary<string, string?>(Azure) { ["Approvals:People:1:Subject"] = "ada@example.com" };

        Assert.Contains(Errors(settings, runsInAzure: true), error => error.StartsWith("Approvals:People:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("WEBSITE_INSTANCE_ID", true)]
    [InlineData("WEBSITE_POD_NAME", true)]
    [InlineData("WEBSITE_HOSTNAME", false)] // func start sets it too
    public void AzureHost_is_known_by_its_variables(string variable, bool isAzure) =>
        Assert.Equal(isAzure, AzureHost.IsPresent(name => name == variable ? "x" : null));

    private static string[] Errors(Dictionary<string, string?> settings, bool runsInAzure) =>
        [.. new GateSettingsValidator(runsInAzure).Validate(null, Bind(settings)).Failures ?? []];

    private static GateSettings Bind(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection(GateSettings.Section).Get<GateSettings>() ?? new GateSettings();
}
