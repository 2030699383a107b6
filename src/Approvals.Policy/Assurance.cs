using System.Text.Json.Serialization;

namespace Approvals.Policy;

/// <summary>How sure the gate is that a reviewer is who they say, from weakest to strongest. Ordered: compare with <c>&lt;</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Assurance>))]
public enum Assurance
{
    /// <summary>Followed a personal review link, or used a personal API key.</summary>
    [JsonStringEnumMemberName("link")]
    Link,

    /// <summary>Decided in a chat whose request was signed.</summary>
    [JsonStringEnumMemberName("chat")]
    Chat,

    /// <summary>Signed in with an identity provider.</summary>
    [JsonStringEnumMemberName("idp")]
    Idp,

    /// <summary>Signed in with an identity provider and a second factor.</summary>
    [JsonStringEnumMemberName("idp+mfa")]
    IdpMfa,
}
