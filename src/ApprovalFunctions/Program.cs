using ApprovalFunctions.Hosting;
using ApprovalFunctions.Settings;
using Approvals.Notifications;
using Approvals.Policy;
using Approvals.Web;
using Azure.Core;
using Azure.Identity;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

bool runsInAzure = AzureHost.IsPresent(Environment.GetEnvironmentVariable);
FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();

// People are long for app settings: a file beside the app may hold them, and whatever else of the section.
builder.Configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "approvals.json"), optional: true, reloadOnChange: false);
IConfigurationSection section = builder.Configuration.GetSection(GateSettings.Section);
builder.Services.AddSingleton<IValidateOptions<GateSettings>>(new GateSettingsValidator(runsInAzure, AzureHost.Authenticates(Environment.GetEnvironmentVariable)));
builder.Services.AddOptions<GateSettings>().Bind(section).ValidateOnStart();
GateSettings settings = section.Get<GateSettings>() ?? new GateSettings();

// In Azure exactly the app's own identity, so that no other credential that a machine may hold is ever tried.
TokenCredential credential = runsInAzure
    ? new ManagedIdentityCredential(
        Environment.GetEnvironmentVariable("AZURE_CLIENT_ID") is { Length: > 0 } clientId ? ManagedIdentityId.FromUserAssignedClientId(clientId) : ManagedIdentityId.SystemAssigned)
    : new DefaultAzureCredential();
builder.Services.AddSingleton(credential);

builder.Services.AddGate();
NotificationOptions notifications = settings.Notifications.ToOptions();
builder.Services.AddNotifications(notifications, settings.Name);
builder.Services.AddApprovalsWeb(options =>
{
    options.PublicUrl = settings.PublicUrl ?? options.PublicUrl;
    options.CallbackHosts = notifications.Callbacks?.Hosts ?? [];
    options.Identity = IdentitySettings.Read(settings, runsInAzure ? new ManagedIdentityAssertion(credential).GetAsync : null);
});
IDataProtectionBuilder protection = builder.Services.AddDataProtection()
    .PersistKeysToAzureBlobStorage(provider => provider.GetRequiredService<StorageClients>().DataProtectionKeys);
if (settings.Keys.VaultUri is { } vault)
{
    protection.ProtectKeysWithAzureKeyVault(
        _ => new Uri(vault, $"keys/{settings.Keys.DataProtectionKey}"), provider => provider.GetRequiredService<TokenCredential>());
}

builder.AddTelemetry(settings.Telemetry, runsInAzure);

IHost host = builder.Build();

// A policy that cannot be loaded, or settings that are wrong, end the start here and name what is wrong; nothing is accepted without them.
_ = host.Services.GetRequiredService<IOptions<GateSettings>>().Value;
_ = host.Services.GetRequiredService<PolicySet>();
await host.RunAsync();
