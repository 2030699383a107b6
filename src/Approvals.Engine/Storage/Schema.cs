namespace Approvals.Engine;

/// <summary>
/// The tables of one component and how they came to be. Migration <c>n</c> (from 0) leads from version <c>n</c> to <c>n + 1</c>; once
/// released, a migration never changes. The component's version is the number of its migrations.
/// </summary>
internal sealed record Schema(string Component, IReadOnlyList<string> Migrations)
{
    /// <summary>"ApvG": marks the file as one of ours (PRAGMA application_id).</summary>
    public const long ApplicationId = 0x41707647;

    /// <summary>The format of what this engine keeps about the file itself (PRAGMA user_version).</summary>
    private const long FileFormat = 1;

    /// <summary>Brings every component to its version in one transaction, or refuses the file and changes nothing.</summary>
    public static void Apply(SqliteConnection connection, IReadOnlyCollection<Schema> schemas)
    {
        var db = new SqliteWriter(connection);
        db.Execute("BEGIN IMMEDIATE");
        try
        {
            Claim(connection, db);
            foreach (Schema schema in schemas)
                schema.Migrate(connection, db);
            db.Execute("COMMIT");
        }
        catch
        {
            connection.ResetAll();
            if (connection.InTransaction)
                connection.Script("ROLLBACK");
            throw;
        }
    }

    private static void Claim(SqliteConnection connection, SqliteWriter db)
    {
        long tables = db.QueryInt64("SELECT count(*) FROM sqlite_master") ?? 0;
        long owner = db.QueryInt64("PRAGMA application_id") ?? 0;
        if (tables == 0 && owner == 0)
        {
            connection.Script($"""
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {FileFormat};
                CREATE TABLE schema_version(component TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
                CREATE TABLE commit_count(count INTEGER NOT NULL);
                INSERT INTO commit_count VALUES (0);
                """);
            return;
        }

        if (owner != ApplicationId)
            throw new DatabaseException("not_ours", "The database file was made by another program; give the host a data folder of its own.");
        long format = db.QueryInt64("PRAGMA user_version") ?? 0;
        if (format > FileFormat)
            throw Newer("file", format, FileFormat);
    }

    private static DatabaseException Newer(string component, long found, long known) => new(
        "newer_format",
        $"The database was written by a newer version of this program ({component}: format {found}, known here {known}); run that version or newer.");

    private void Migrate(SqliteConnection connection, SqliteWriter db)
    {
        long version = db.QueryInt64("SELECT version FROM schema_version WHERE component = ?1", Component) ?? 0;
        if (version > Migrations.Count)
            throw Newer(Component, version, Migrations.Count);
        if (version == Migrations.Count)
            return;
        for (int i = (int)version; i < Migrations.Count; i++)
            connection.Script(Migrations[i]);
        db.Execute("INSERT OR REPLACE INTO schema_version VALUES (?1, ?2)", Component, Migrations.Count);
    }
}
