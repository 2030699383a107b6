using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Ports;

public enum Role
{
    /// <summary>May submit actions, see and cancel its own, redeem releases meant for it.</summary>
    Requester,

    /// <summary>May see and vote on actions that ask a group it is in.</summary>
    Reviewer,

    /// <summary>May read every action, record and ledger entry.</summary>
    Auditor,

    /// <summary>May manage principals and cancel actions. Gives no vote.</summary>
    Admin,
}

/// <summary>
/// API keys: who holds which, by a public key id and the hash of the secret. Calls may overlap; writes are durable on return and seen by
/// every instance of the host within a minute (a revocation: at the next request on the embedded host).
/// </summary>
public interface ICredentialStore
{
    Task<Credential?> FindAsync(string keyId, CancellationToken cancellationToken);

    /// <summary>Stores a credential; its <see cref="Credential.KeyId"/> is new.</summary>
    Task AddAsync(Credential credential, CancellationToken cancellationToken);

    /// <summary>All credentials, revoked ones included, in the order they were made.</summary>
    Task<IReadOnlyList<Credential>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Ends a key for good. False when there is none of that id.</summary>
    Task<bool> RevokeAsync(string keyId, DateTimeOffset at, CancellationToken cancellationToken);
}

/// <param name="KeyId">Public part of the key.</param>
/// <param name="SecretHash">Hex SHA-256 of the 256-bit random secret part.</param>
/// <param name="Principal">Who calls with it.</param>
/// <param name="Owners">For services and agents: the people who answer for it.</param>
public sealed record Credential(
    string KeyId,
    string SecretHash,
    Principal Principal,
    IReadOnlyList<Role> Roles,
    IReadOnlyList<PrincipalId> Owners,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt = null);
