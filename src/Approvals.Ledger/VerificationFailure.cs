namespace Approvals.Ledger;

/// <summary>One named reason why something does not verify. Codes are stable, snake_case; messages are for people and hold no outside text.</summary>
public sealed record VerificationFailure(string Code, string Message);
