namespace Approvals.Policy;

/// <summary>Who somebody is, for good. Two are the same person exactly when both parts are equal.</summary>
public sealed record PersonRef(string Issuer, string Subject)
{
    /// <summary>The issuer of people that the gate's own configuration names.</summary>
    public const string LocalIssuer = "approvals";
}
