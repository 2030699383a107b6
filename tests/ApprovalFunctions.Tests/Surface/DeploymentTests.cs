using System.Text.Json;
using System.Text.RegularExpressions;
using ApprovalFunctions.Settings;
using Approvals.Workflow.Orchestration;
using Microsoft.Extensions.Configuration;

namespace ApprovalFunctions.Tests.Surface;

/// <summary>Files that must agree with the code, and that nothing compiles.</summary>
public sealed class DeploymentTests
{
    [Fact]
    public void Host_has_an_empty_route_prefix_and_records_no_inputs()
    {
        JsonElement extensions = JsonDocument.Parse(AppSources.Read("src/ApprovalFunctions/host.json")).RootElement.GetProperty("extensions");

        Assert.Equal("", extensions.GetProperty("http").GetProperty("routePrefix").GetString());
        Assert.False(extensions.GetProperty("durableTask").GetProperty("tracing").GetProperty("traceInputsAndOutputs").GetBoolean());
    }

    [Fact]
    public void Local_settings_sample_is_valid()
    {
        JsonElement values = JsonDocument.Parse(AppSources.Read("local.settings.sample.json")).RootElement.GetProperty("Values");
        IConfiguration settings = new ConfigurationBuilder()
            .AddInMemoryCollection(values.EnumerateObject().Select(value => KeyValuePair.Create(value.Name.Replace("__", ":", StringComparison.Ordinal), value.Value.GetString())))
            .Build();

        var validator = new GateSettingsValidator(runsInAzure: false);

        Assert.Null(validator.Validate(null, settings.GetSection(GateSettings.Section).Get<GateSettings>()!).Failures);
    }

    [Fact]
    public void Infrastructure_sets_only_settings_that_there_are()
    {
        var known = new HashSet<string>(Names(typeof(GateSettings), "Approvals"), StringComparer.Ordinal);

        string[] set = [.. Regex.Matches(AppSources.Read("infra-bicep/modules/app.bicep"), @"\bApprovals__\w+(?=:)", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => match.Value)];

        Assert.NotEmpty(set);
        Assert.All(set, setting => Assert.Contains(setting, known));
    }

    [Fact]
    public void Infrastructure_makes_every_container_and_table_of_the_app()
    {
        string storage = AppSources.Read("infra-bicep/modules/storage.bicep");
        string clients = AppSources.Read("src/ApprovalFunctions/Hosting/StorageClients.cs");

        string[] names = [.. Regex.Matches(clients, """(?:Store|GetBlobContainerClient|GetTableClient)\("(?<name>[a-z-]+)"\)""", RegexOptions.NonBacktracking).Select(match => match.Groups["name"].Value).Distinct()];

        Assert.Equal(9, names.Length);
        Assert.All(names, name => Assert.Contains($"'{name}'", storage, StringComparison.Ordinal));
    }

    [Fact]
    public void Alerts_look_for_texts_that_the_app_logs()
    {
        string[] texts = [.. Regex.Matches(AppSources.Read("infra-bicep/modules/alerts.bicep"), "startswith \"(?<text>[^\"]+)\"", RegexOptions.NonBacktracking).Select(match => match.Groups["text"].Value)];

        Assert.Equal([$"Activity {ActivityNames.Record} of", $"Activity {ActivityNames.Sign} of", "Ledger behind:", "Actions overdue:"], texts);
        Assert.Contains("\"Activity {Activity} of {InstanceId} failed", AppSources.All, StringComparison.Ordinal);
        Assert.Contains("\"Ledger behind:", AppSources.All, StringComparison.Ordinal);
        Assert.Contains("\"Actions overdue:", AppSources.All, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_bicep_module_is_used_and_gets_the_parameters_it_needs()
    {
        string main = AppSources.Read("infra-bicep/main.bicep");
        foreach (string path in Directory.GetFiles(Path.Combine(AppSources.Root, "infra-bicep", "modules"), "*.bicep"))
        {
            string file = Path.GetFileName(path);
            int at = main.IndexOf($"'modules/{file}'", StringComparison.Ordinal);
            Assert.True(at > 0, $"{file} is not used");
            string call = main[at..(main.IndexOf("\n}\n", at, StringComparison.Ordinal) + 1)];
            string[] parameters = [.. Regex.Matches(File.ReadAllText(path), @"^param (?<name>\w+) \w+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(match => match.Groups["name"].Value)];
            string[] given = [.. Regex.Matches(call[call.IndexOf("params:", StringComparison.Ordinal)..], @"(?<=[\s{,])(?<name>\w+): ", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(match => match.Groups["name"].Value).Where(name => name != "dependsOn")];

            Assert.Empty(parameters.Except(given).Select(parameter => $"{file} lacks {parameter}"));
            Assert.Empty(given.Except(parameters).Select(parameter => $"{file} has no {parameter}"));
        }
    }

    [Fact]
    public void Parameters_file_names_parameters_of_main()
    {
        string main = AppSources.Read("infra-bicep/main.bicep");
        JsonElement parameters = JsonDocument.Parse(AppSources.Read("infra-bicep/main.parameters.json")).RootElement.GetProperty("parameters");

        Assert.All(parameters.EnumerateObject(), parameter => Assert.Contains($"\nparam {parameter.Name} ", main, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names(Type type, string prefix) => type.GetProperties().Where(property => property.CanWrite).SelectMany(property =>
        property.PropertyType.Namespace == typeof(GateSettings).Namespace
            ? Names(property.PropertyType, $"{prefix}__{property.Name}")
            : [$"{prefix}__{property.Name}"]);
}
