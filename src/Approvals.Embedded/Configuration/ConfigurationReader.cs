using System.Globalization;
using Approvals.Embedded.Data;
using Approvals.Workflow.Principals;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Approvals.Embedded.Configuration;

/// <summary>
/// Reads <c>approvals.yaml</c>. Strict: an unknown or doubled key, a wrong kind of value or an alias is an error that names file, line and remedy.
/// </summary>
public static class ConfigurationReader
{
    public const int MaximumBytes = 1 << 20;
    private const int MaximumPeople = 10_000;
    private const int MaximumGroups = 100;
    private const int MaximumText = 200;

    /// <param name="path">Relative paths inside the file count from its folder.</param>
    /// <exception cref="SetupException"><c>configuration_unreadable</c>, <c>configuration_invalid</c>.</exception>
    public static GateConfiguration ReadFile(string path)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MaximumBytes)
                throw new SetupException("configuration_unreadable", $"{path}: larger than {MaximumBytes} bytes.");
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SetupException("configuration_unreadable", $"{path}: cannot be read; check that it is there, its owner and its mode.", error);
        }

        return Read(text, path);
    }

    /// <inheritdoc cref="ReadFile"/>
    public static GateConfiguration Read(string text, string path)
    {
        var reader = new Reader(path);
        return reader.Document(text);
    }

    private sealed class Reader(string path)
    {
        public GateConfiguration Document(string text)
        {
            var stream = new YamlStream();
            try
            {
                stream.Load(new StringReader(text));
            }
            catch (YamlException error)
            {
                throw Invalid(error.Start, $"not YAML: {error.Message}");
            }

            if (stream.Documents.Count != 1) throw Invalid(Mark.Empty, "one YAML document is expected.");
            Dictionary<string, YamlNode> keys = Mapping(
                stream.Documents[0].RootNode, "version", "name", "listen", "url", "policy", "notifications", "callbacks", "people");
            if (Text(keys, "version") is not "1") throw Invalid(stream.Documents[0].RootNode.Start, "write 'version: 1' first.");
            Uri listen = Url(keys, "listen") ?? new Uri("http://127.0.0.1:5080");
            return new GateConfiguration(
                Name(keys),
                listen,
                Url(keys, "url") ?? listen,
                Path.GetFullPath(Text(keys, "policy") ?? "policy.yaml", Path.GetDirectoryName(Path.GetFullPath(path))!),
                Notifications(keys),
                keys.TryGetValue("callbacks", out YamlNode? callbacks) ? Hosts(callbacks) : [],
                keys.TryGetValue("people", out YamlNode? people) ? People(people) : []);
        }

        private string Name(Dictionary<string, YamlNode> keys)
        {
            string name = Text(keys, "name") ?? "approvals.local";
            // The name stands in the first line of checkpoints (C2SP tlog-checkpoint: no spaces or pluses) and in tokens.
            return name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '/') ? name
                : throw Invalid(keys["name"].Start, "a name is made of letters, digits and . - _ : /, for example approvals.example.com.");
        }

        private bool Notifications(Dictionary<string, YamlNode> keys) => Text(keys, "notifications") switch
        {
            "console" => true,
            null or "none" => false,
            _ => throw Invalid(keys["notifications"].Start, "notifications is 'console' or 'none'."),
        };

        private IReadOnlyList<string> Hosts(YamlNode node)
        {
            Dictionary<string, YamlNode> keys = Mapping(node, "hosts");
            if (!keys.TryGetValue("hosts", out YamlNode? hosts)) return [];
            return [.. Items(hosts, MaximumGroups).Select(item => Scalar(item)).Select(host =>
                Uri.CheckHostName(host) != UriHostNameType.Unknown ? host.ToLowerInvariant()
                    : throw Invalid(hosts.Start, "a callback host is a host name and nothing else: hooks.example.com."))];
        }

        private IReadOnlyList<Principal> People(YamlNode node)
        {
            var people = new Dictionary<string, Principal>(StringComparer.Ordinal);
            foreach (YamlNode item in Items(node, MaximumPeople))
            {
                Dictionary<string, YamlNode> keys = Mapping(item, "subject", "name", "groups");
                string subject = Text(keys, "subject") ?? throw Invalid(item.Start, "a person needs a 'subject' that never changes, for example an e-mail address.");
                string[] groups = keys.TryGetValue("groups", out YamlNode? list) ? [.. Items(list, MaximumGroups).Select(Scalar).Distinct()] : [];
                if (!people.TryAdd(subject, new Principal(PrincipalKind.Human, Principal.LocalIssuer, subject, Text(keys, "name") ?? subject, groups)))
                    throw Invalid(item.Start, $"the subject '{subject}' is there twice.");
            }

            return [.. people.Values];
        }

        private Uri? Url(Dictionary<string, YamlNode> keys, string key)
        {
            if (Text(keys, key) is not { } text) return null;
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.PathAndQuery == "/" && url.UserInfo.Length == 0
                ? url
                : throw Invalid(keys[key].Start, $"{key} is an http or https URL without a path, for example http://127.0.0.1:5080.");
        }

        private Dictionary<string, YamlNode> Mapping(YamlNode node, params string[] known)
        {
            if (node is not YamlMappingNode mapping) throw Invalid(node.Start, "a mapping (key: value) is expected here.");
            var keys = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
            foreach ((YamlNode key, YamlNode value) in mapping.Children)
            {
                string name = Scalar(key);
                if (!known.Contains(name)) throw Invalid(key.Start, $"'{name}' is not known here; known are {string.Join(", ", known)}.");
                keys.Add(name, value);
            }

            return keys;
        }

        private IList<YamlNode> Items(YamlNode node, int maximum)
        {
            if (node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" }) return [];
            if (node is not YamlSequenceNode sequence) throw Invalid(node.Start, "a list is expected here.");
            return sequence.Children.Count <= maximum ? sequence.Children : throw Invalid(node.Start, $"at most {maximum} entries.");
        }

        private string? Text(Dictionary<string, YamlNode> keys, string key) => keys.TryGetValue(key, out YamlNode? node) ? Scalar(node) : null;

        private string Scalar(YamlNode node) => node is YamlScalarNode { Value: { Length: > 0 and <= MaximumText } value } && !value.Any(char.IsControl)
            ? value
            : throw Invalid(node.Start, $"a text of 1 to {MaximumText} characters is expected here.");

        private SetupException Invalid(Mark at, string what) =>
            new("configuration_invalid", string.Create(CultureInfo.InvariantCulture, $"{path}:{at.Line}:{at.Column}: {what}"));
    }
}
