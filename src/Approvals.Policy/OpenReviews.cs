using System.Text.Json.Serialization;

namespace Approvals.Policy;

/// <summary>What a policy wants for reviews that began under the one before it. The record says which it was.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OpenReviews>))]
public enum OpenReviews
{
    /// <summary>They keep the plan they began with.</summary>
    [JsonStringEnumMemberName("keep")]
    Keep,

    /// <summary>They are decided anew under this policy.</summary>
    [JsonStringEnumMemberName("redecide")]
    Redecide,
}
