using System.CommandLine;
using Approvals.Cli.Output;

namespace Approvals.Cli.Gate;

/// <summary>The options of every command that speaks to a gate: where it is, and with which API key.</summary>
internal sealed class GateConnection
{
    public const string UrlVariable = "APPROVALS_URL";
    public const string KeyVariable = "APPROVALS_KEY";
    private const string DefaultUrl = "http://127.0.0.1:5080";

    private readonly Option<string?> url = new("--url")
    {
        Description = $"Where the gate is. Default: ${UrlVariable}, else {DefaultUrl}.",
        HelpName = "URL",
    };

    private readonly Option<string?> keyFile = new("--key-file")
    {
        Description = $"A file that holds the API key. Default: the key in ${KeyVariable}.",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(url);
        command.Options.Add(keyFile);
    }

    public GateClient Open(ParseResult parsed) => new(Url(parsed), Key(parsed));

    /// <summary>A gate that the command line names otherwise.</summary>
    public GateClient Open(ParseResult parsed, Uri other) => new(other, Key(parsed));

    private Uri Url(ParseResult parsed)
    {
        string text = parsed.GetValue(url) ?? Environment.GetEnvironmentVariable(UrlVariable) ?? DefaultUrl;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https")
        {
            // A key in clear text on a network is a key given away.
            if (uri.Scheme == "http" && !uri.IsLoopback)
                throw CommandException.WrongUse($"'{text}' would send the API key in clear text; use https.");
            return uri;
        }

        throw CommandException.WrongUse($"'{text}' is not an http or https URL; set --url or ${UrlVariable}.");
    }

    private string Key(ParseResult parsed)
    {
        if (parsed.GetValue(keyFile) is not { } path)
        {
            return Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key
                ? key.Trim()
                : throw CommandException.WrongUse($"An API key is needed: set ${KeyVariable}, or name a file with --key-file.");
        }

        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CommandException.WrongUse($"The key file '{path}' cannot be read: {error.Message}", error);
        }
    }
}
