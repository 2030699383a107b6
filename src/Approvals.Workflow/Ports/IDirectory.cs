using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Ports;

/// <summary>Who is who and who is in which group. Read-only; answers reflect the configuration in force. Calls may overlap.</summary>
public interface IDirectory
{
    /// <summary>The principal of that identity, with its groups as of now; <see langword="null"/> when unknown or revoked.</summary>
    Task<Principal?> FindAsync(PrincipalId id, CancellationToken cancellationToken);

    /// <summary>The people in any of the groups, each once.</summary>
    Task<IReadOnlyList<Principal>> MembersAsync(IReadOnlyList<string> groups, CancellationToken cancellationToken);

    /// <summary>The people who own a service or agent: who answer for it.</summary>
    Task<IReadOnlyList<Principal>> OwnersAsync(PrincipalId id, CancellationToken cancellationToken);
}
