namespace Approvals.Policy;

/// <summary>Who somebody is, for good. Two are the same person exactly when both parts are equal.</summary>
public sealed record PersonRef(string Issuer, string Subject);
