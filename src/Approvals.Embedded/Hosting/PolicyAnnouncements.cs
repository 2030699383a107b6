using Approvals.Engine;

namespace Approvals.Embedded.Hosting;

/// <summary>
/// Remembers which policy every open action has been told of, so that a start under the same policy need not look at a million of them.
/// </summary>
/// <remarks>
/// INVARIANT: noted only at a start, when nothing is judged by an earlier policy any more. A change while the host runs may pass an action that
/// is just being judged by the policy before; the next start tells that one.
/// </remarks>
internal sealed class PolicyAnnouncements
{
    private readonly Database database;

    /// <summary>Before the database is opened.</summary>
    public PolicyAnnouncements(Database database)
    {
        this.database = database;
        database.AddSchema("policy-announcements", "CREATE TABLE policy_announced(number INTEGER PRIMARY KEY)");
    }

    /// <param name="number">Of the policy's entry in the ledger.</param>
    public bool IsDone(long number) => database.Read(reader => reader.QueryInt64("SELECT 1 FROM policy_announced WHERE number = ?1", number)) is not null;

    public Task NoteAsync(long number, CancellationToken cancellationToken) => database.WriteAsync(
        writer => { writer.Execute("INSERT OR IGNORE INTO policy_announced VALUES (?1)", number); }, cancellationToken);
}
