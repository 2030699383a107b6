using System.Security.Cryptography;
using System.Text.Json.Nodes;
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

    private ActionBinding(JsonObject content, byte[] canonicalBytes)
    {
        (Content, CanonicalBytes) = (content, canonicalBytes);
        Digest = Sha256Digest.Of(canonicalBytes);
    }

    public JsonObject Content { get; }

    public ReadOnlyMemory<byte> CanonicalBytes { get; }

    /// <summary><c>sha256:</c> and hex. Public: the nonce keeps it from being guessed from the parameters.</summary>
    public string Digest { get; }

    /// <param name="actor">The authenticated caller; bound by identity, not by name.</param>
    /// <param name="subject">On whose behalf; <see langword="null"/> when on the actor's own.</param>
    /// <param name="target">A string or an object.</param>
    /// <param name="nonce">From <see cref="NewNonce"/>.</param>
    /// <exception cref="Ledger.LedgerFormatException">The JSON cannot be made canonical (numbers outside IEEE 754 double, lone surrogates).</exception>
    public static ActionBinding Create(string type, Principal actor, Principal? subject, JsonNode target, JsonNode? parameters, string nonce)
    {
        var content = new JsonObject
        {
            ["schemaVersion"] = SchemaVersion,
            ["type"] = type,
            ["actor"] = Reference(actor),
            ["subject"] = subject is null ? null : Reference(subject),
            ["target"] = target.DeepClone(),
            ["parameters"] = parameters?.DeepClone(),
            ["nonce"] = nonce,
        };
        return new ActionBinding(content, CanonicalJson.Canonicalize(content));
    }

    /// <summary>256 random bits, base64url.</summary>
    public static string NewNonce() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>How a principal stands in a binding and in the redacted view: <c>{kind, issuer, subject}</c>.</summary>
    public static JsonObject Reference(Principal principal) => new()
    {
        ["kind"] = principal.Kind.ToString().ToLowerInvariant(),
        ["issuer"] = principal.Issuer,
        ["subject"] = principal.Subject,
    };
}
