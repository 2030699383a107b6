using Approvals.Engine;

namespace Approvals.Embedded.Upkeep;

/// <summary>Remembers when the data folder was last restored from a backup.</summary>
internal sealed class Restoration
{
    private readonly Database database;

    /// <summary>Before the database is opened.</summary>
    public Restoration(Database database)
    {
        this.database = database;
        database.AddSchema("restoration", "CREATE TABLE restoration(at INTEGER NOT NULL)");
    }

    /// <summary>To the second, as release tokens count time: rounded up.</summary>
    public Task NoteAsync(DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        writer => { writer.Execute("INSERT INTO restoration VALUES (?1)", at.ToUnixTimeSeconds() + 1); }, cancellationToken);

    public DateTimeOffset? Last() => database.Read(reader =>
        reader.QueryInt64("SELECT max(at) FROM restoration") is { } at ? DateTimeOffset.FromUnixTimeSeconds(at) : (DateTimeOffset?)null);
}
