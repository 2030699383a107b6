using Approvals.Engine;

namespace Approvals.Embedded.Vault;

/// <summary>A payload as the vault's table takes it.</summary>
/// <param name="Epoch">Of the key that wraps the data key.</param>
/// <param name="IsFirstOfEpoch">With it the epochs before it come to an end.</param>
internal sealed record SealedPayload(string ActionId, long Epoch, bool IsFirstOfEpoch, byte[] WrappedKey, byte[] Sealed)
{
    public void Write(SqliteWriter writer) => writer.Execute(
        """
        INSERT INTO payload(action_id, epoch, wrapped_key, sealed)
        SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS(SELECT 1 FROM shredded WHERE action_id = ?1)
        ON CONFLICT(action_id) DO UPDATE SET epoch = ?2, wrapped_key = ?3, sealed = ?4
        """,
        ActionId, Epoch, WrappedKey, Sealed);
}
