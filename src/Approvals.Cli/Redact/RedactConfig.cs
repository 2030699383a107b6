using System.Text;
using Approvals.Redaction;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Approvals.Cli.Redact;

/// <summary>The YAML file of <c>--config</c>. The library takes records and knows no YAML, so that it stays without dependencies.</summary>
internal sealed class RedactConfig
{
    public double MinimumConfidence { get; set; } = 0.4;

    public string DefaultOperator { get; set; } = "pseudonym";

    public Dictionary<string, string> Operators { get; set; } = [];

    public Dictionary<string, double> MinimumConfidences { get; set; } = [];

    /// <summary>Environment variable that holds the key of the hash operator; the key itself never stands in a file.</summary>
    public string? HashKeyEnv { get; set; }

    public List<string> Allow { get; set; } = [];

    public List<string> Disable { get; set; } = [];

    public List<OwnRule> Rules { get; set; } = [];

    public bool Prose { get; set; } = true;

    public static RedactionOptions Load(string path)
    {
        RedactConfig config;
        try
        {
            config = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build().Deserialize<RedactConfig>(File.ReadAllText(path)) ?? new RedactConfig();
        }
        catch (YamlException error)
        {
            throw new RedactionException("invalid_options", $"{path}, line {error.Start.Line}: {Explain(error)}", error);
        }
        return new RedactionOptions
        {
            MinimumConfidence = config.MinimumConfidence,
            MinimumConfidences = config.MinimumConfidences,
            DefaultOperator = Operator(config.DefaultOperator),
            Operators = config.Operators.ToDictionary(o => o.Key, o => Operator(o.Value), StringComparer.Ordinal),
            HashKey = config.HashKeyEnv is { } name ? HashKey(name) : default(ReadOnlyMemory<byte>),
            AllowedValues = config.Allow,
            DisabledRules = config.Disable,
            CustomRules = [.. config.Rules.Select(r => new CustomRule(r.Id, r.Type, r.Pattern, r.Confidence, r.Keywords))],
            Prose = config.Prose,
        };
    }

    private static byte[] HashKey(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } key ? Encoding.UTF8.GetBytes(key)
            : throw new RedactionException("invalid_options", $"The environment variable {name}, which hashKeyEnv names, is not set. Put at least 16 random bytes into it.");

    /// <summary>The parser speaks of classes; a person wrote settings.</summary>
    private static string Explain(YamlException error)
    {
        var message = error.InnerException?.Message ?? error.Message;
        if (message.Contains("not found on type", StringComparison.Ordinal) && message.Split('\'') is { Length: > 1 } parts)
            return message.Contains(nameof(OwnRule), StringComparison.Ordinal) ? $"A rule has no '{parts[1]}'. It has id, type, pattern, confidence and keywords." : $"There is no setting '{parts[1]}'. Settings: {Settings}.";
        return message.Contains(nameof(RedactConfig), StringComparison.Ordinal) ? $"This is no mapping of settings: {Settings}." : message;
    }

    private const string Settings = "minimumConfidence, defaultOperator, operators, minimumConfidences, hashKeyEnv, allow, disable, prose, rules";

    private static MaskOperator Operator(string name) => name switch
    {
        "pseudonym" => MaskOperator.Pseudonym,
        "mask" => MaskOperator.Mask,
        "remove" => MaskOperator.Remove,
        "last4" => MaskOperator.KeepLastFour,
        "hash" => MaskOperator.Hash,
        "keep" => MaskOperator.Keep,
        _ => throw new RedactionException("invalid_options", $"There is no operator '{name}'. Use pseudonym, mask, remove, last4, hash or keep."),
    };

    internal sealed class OwnRule
    {
        public string Id { get; set; } = "";

        public string Type { get; set; } = "SECRET";

        public string Pattern { get; set; } = "";

        public double Confidence { get; set; } = 0.9;

        public List<string> Keywords { get; set; } = [];
    }
}
