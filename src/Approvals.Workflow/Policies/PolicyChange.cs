using Approvals.Policy;

namespace Approvals.Workflow.Policies;

/// <summary>The <c>policy</c> event: another policy is in force. Wire format.</summary>
/// <param name="Number">Of its entry in the ledger.</param>
public sealed record PolicyChanged(long Number, string Digest);

public enum PolicyEffect
{
    /// <summary>The review keeps the plan it began with: the new policy says <c>onChange: keep</c>.</summary>
    Kept,

    /// <summary>Decided anew, with the same plan: the votes stand.</summary>
    Confirmed,

    /// <summary>Decided anew, with another verdict or plan: votes given before do not count.</summary>
    Redecided,
}

/// <summary>What a change of the policy meant for one open review. Wire format: stands in histories, and so in the record.</summary>
/// <param name="Digest">Of the policy that came into force.</param>
public sealed record PolicyChange(long Number, string Digest, PolicyEffect Effect, DateTimeOffset At);
