using System.Text;
using Approvals.Notifications.Outbox;

namespace Approvals.Notifications.Secrets;

/// <summary>
/// Where a secret is: <c>env:NAME</c> or <c>file:/path</c>. Configuration holds the reference and never the secret. Read at each use, so that a
/// file that is replaced takes effect at once. Its text never shows the secret.
/// </summary>
public sealed class SecretReference
{
    private const int MaxBytes = 16 * 1024;
    private readonly string kind;
    private readonly string name;

    private SecretReference(string kind, string name) => (this.kind, this.name) = (kind, name);

    /// <exception cref="FormatException">Not a reference. The message does not repeat the text, which may be the secret itself.</exception>
    public static SecretReference Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon > 0 ? text[..colon] : "";
        return scheme is "env" or "file" && colon + 1 < text.Length
            ? new SecretReference(scheme, text[(colon + 1)..])
            : throw new FormatException("name where the secret is, never the secret: env:NAME or file:/path.");
    }

    /// <summary>The secret without white space around it.</summary>
    /// <exception cref="DeliveryRefusedException"><c>secret_missing</c>: not set, empty or unreadable.</exception>
    public string Read()
    {
        string? value;
        try
        {
            value = kind == "env" ? Environment.GetEnvironmentVariable(name) : ReadFile(name);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            value = null;
        }

        return value?.Trim() is { Length: > 0 } secret ? secret : throw new DeliveryRefusedException("secret_missing", $"{this} is not set, empty or unreadable.");
    }

    public override string ToString() => $"{kind}:{name}";

    private static string ReadFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] bytes = new byte[MaxBytes];
        int length = file.ReadAtLeast(bytes, MaxBytes, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
