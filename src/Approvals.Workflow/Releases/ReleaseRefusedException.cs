namespace Approvals.Workflow.Releases;

/// <summary>Why there is no release, or none for this caller. The refusal in snake case is the stable code of the HTTP API.</summary>
public sealed class ReleaseRefusedException(ReleaseRefusal refusal, string message) : Exception(message)
{
    public ReleaseRefusal Refusal { get; } = refusal;
}

public enum ReleaseRefusal
{
    /// <summary>Not decided yet.</summary>
    NotDecided,

    /// <summary>Decided otherwise than approved.</summary>
    NotApproved,

    /// <summary>The action's deadline, and so its release's, has passed.</summary>
    Expired,

    /// <summary>Not a token of this gate, or tampered with.</summary>
    InvalidToken,

    /// <summary>The token names another action than the one about to run.</summary>
    OtherAction,

    /// <summary>The token is meant for another audience than the caller.</summary>
    OtherAudience,

    /// <summary>Redeemed before.</summary>
    AlreadyRedeemed,

    /// <summary>A receipt must follow a redemption.</summary>
    NotRedeemed,

    /// <summary>Another receipt of that kind is in the ledger.</summary>
    AlreadyReported,
}
