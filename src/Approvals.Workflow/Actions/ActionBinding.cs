using System.Security.Cryptography;
using System.Text.Json;
using Approvals.Ledger.Json;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Actions;

/// <summary>
/// Exactly what will run, as canonical JSON (RFC 8785):
/// <c>{"actor":{…},"nonce":"…","parameters":…,"schemaVersion":1,"subject":{…}|null,"target":…,"type":"…"}</c>.
/// Its digest is what people approve, what is signed and what is checked again at release.
/// </summary>
public sealed class ActionBinding
{
    public const int SchemaVersion = 1;

    private ActionBinding(byte[] canonicalBytes)
    {
        CanonicalBytes = canonicalBytes;
        Digest = Sha256Digest.Of(canonicalBytes);
    }

    public ReadOnlyMemory<byte> CanonicalBytes { get; }

    /// <summary><c>sha256:</c> and hex. Public: the nonce keeps it from being guessed from the parameters.</summary>
    public string Digest { get; }

    /// <param name="actor">The authenticated caller; bound by identity, not by name.</param>
    /// <param name="subject">On whose behalf; <see langword="null"/> when on the actor's own.</param>
    /// <param name="target">A string or an object.</param>
    /// <param name="nonce">From <see cref="NewNonce"/>.</param>
    /// <exception cref="Ledger.LedgerFormatException">The JSON cannot be made canonical (numbers outside IEEE 754 double, lone surrogates).</exception>
    public static ActionBinding Create(string type, Principal actor, Principal? subject, JsonElement target, JsonElement? parameters, string nonce) =>
        new(CanonicalJson.Canonicalize(
            RawJson.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("schemaVersion", SchemaVersion);
                writer.WriteString("type", type);
                WriteReference(writer, "actor", actor);
                WriteReference(writer, "subject", subject);
                writer.WritePropertyName("target");
                RawJson.WriteTo(writer, target);
                writer.WritePropertyName("parameters");
                if (parameters is { } given) RawJson.WriteTo(writer, given);
                else writer.WriteNullValue();
                writer.WriteString("nonce", nonce);
                writer.WriteEndObject();
            }),
            ActionPayload.MaxBytes));

    /// <summary>256 random bits, base64url.</summary>
    public static string NewNonce() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>How a principal stands in a binding and in the redacted view: <c>{kind, issuer, subject}</c>.</summary>
    internal static void WriteReference(Utf8JsonWriter writer, string name, Principal? principal)
    {
        writer.WritePropertyName(name);
        if (principal is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        WriteReferenceFields(writer, principal);
        writer.WriteEndObject();
    }

    internal static void WriteReferenceFields(Utf8JsonWriter writer, Principal principal)
    {
        writer.WriteString("kind", principal.Kind.ToString().ToLowerInvariant());
        writer.WriteString("issuer", principal.Issuer);
        writer.WriteString("subject", principal.Subject);
    }
}
