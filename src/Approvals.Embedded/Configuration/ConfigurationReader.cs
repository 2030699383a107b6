using Approvals.Embedded.Data;
using Approvals.Embedded.Notifications;
using Approvals.Notifications;
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
        private readonly YamlValues yaml = new(path);

        public GateConfiguration Document(string text)
        {
            var stream = new YamlStream();
            try
            {
                stream.Load(new StringReader(text));
            }
            catch (YamlException error)
            {
                throw yaml.Invalid(error.Start, $"not YAML: {error.Message}");
            }

            if (stream.Documents.Count != 1) throw yaml.Invalid(Mark.Empty, "one YAML document is expected.");
            Dictionary<string, YamlNode> keys = yaml.Mapping(
                stream.Documents[0].RootNode, "version", "name", "listen", "url", "policy", "notifications", "callbacks", "people", "issuers");
            if (yaml.Text(keys, "version") is not "1") throw yaml.Invalid(stream.Documents[0].RootNode.Start, "write 'version: 1' first.");
            Uri listen = Url(keys, "listen") ?? new Uri("http://127.0.0.1:5080");
            NotificationOptions notifications = new NotificationsReader(yaml).Read(keys.GetValueOrDefault("notifications"), keys.GetValueOrDefault("callbacks"));
            return new GateConfiguration(
                Name(keys),
                listen,
                Url(keys, "url") ?? listen,
                Path.GetFullPath(yaml.Text(keys, "policy") ?? "policy.yaml", Path.GetDirectoryName(Path.GetFullPath(path))!),
                notifications.Order.Contains(ConsoleChannel.ChannelName),
                notifications.Callbacks?.Hosts ?? [],
                keys.TryGetValue("people", out YamlNode? people) ? People(people) : [])
            {
                Notifications = notifications,
                Identity = new IdentityReader(yaml, path).Read(keys.GetValueOrDefault("issuers"), people),
            };
        }

        private string Name(Dictionary<string, YamlNode> keys)
        {
            string name = yaml.Text(keys, "name") ?? "approvals.local";
            // The name stands in the first line of checkpoints (C2SP tlog-checkpoint: no spaces or pluses) and in tokens.
            return name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '/') ? name
                : throw yaml.Invalid(keys["name"].Start, "a name is made of letters, digits and . - _ : /, for example approvals.example.com.");
        }

        private IReadOnlyList<Principal> People(YamlNode node)
        {
            var people = new Dictionary<string, Principal>(StringComparer.Ordinal);
            foreach (YamlNode item in yaml.Items(node, MaximumPeople))
            {
                Dictionary<string, YamlNode> keys = yaml.Mapping(item, "subject", "name", "groups", "roles", "identities");
                string subject = yaml.Text(keys, "subject") ?? throw yaml.Invalid(item.Start, "a person needs a 'subject' that never changes, for example an e-mail address.");
                string[] groups = keys.TryGetValue("groups", out YamlNode? list) ? [.. yaml.Items(list, MaximumGroups).Select(yaml.Scalar).Distinct()] : [];
                if (!people.TryAdd(subject, new Principal(PrincipalKind.Human, Principal.LocalIssuer, subject, yaml.Text(keys, "name") ?? subject, groups)))
                    throw yaml.Invalid(item.Start, $"the subject '{subject}' is there twice.");
            }

            return [.. people.Values];
        }

        private Uri? Url(Dictionary<string, YamlNode> keys, string key)
        {
            if (yaml.Text(keys, key) is not { } text) return null;
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.PathAndQuery == "/" && url.UserInfo.Length == 0
                ? url
                : throw yaml.Invalid(keys[key].Start, $"{key} is an http or https URL without a path, for example http://127.0.0.1:5080.");
        }
    }
}
