using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>
/// The database did not do what was asked. Its code is stable; the message says what to do about it. Holds no row data.
/// Codes: <c>busy</c>, <c>full</c>, <c>read_only</c>, <c>corrupt</c>, <c>io</c>, <c>cannot_open</c>, <c>constraint</c>, <c>folder_in_use</c>,
/// <c>newer_format</c>, <c>not_ours</c>, <c>lost_commits</c>, <c>exists</c>, <c>closed</c> or <c>sqlite</c>.
/// </summary>
public sealed class DatabaseException : StoreException
{
    public DatabaseException(string code, string message, Exception? inner = null) : base(code, message, inner)
    {
    }

    /// <summary>Whether this is SQLite's or the disk's state and not the fault of one write: then the whole batch fails.</summary>
    internal bool ConcernsEverybody { get; private init; }

    /// <summary>Whether the connection can no longer be trusted: the process must restart and recover before it writes again.</summary>
    internal bool IsFatal => Code == "lost_commits" || (ConcernsEverybody && Code is ("corrupt" or "io"));

    internal static DatabaseException FromResult(int result, string detail)
    {
        (string code, string remedy) = (result & 0xff) switch
        {
            Native.Busy or Native.Locked => ("busy", "Another process holds a lock on the database; close whatever has it open."),
            Native.Full => ("full", "The disk is full; free some space, then try again."),
            Native.ReadOnly => ("read_only", "The database cannot be written; check the owner and mode of the data folder and its file system."),
            Native.Corrupt or Native.NotADatabase => ("corrupt", "The database is damaged; stop the host and restore the last backup."),
            Native.IoError => ("io", "The disk failed to read or write; check it, then restart the host."),
            Native.CantOpen => ("cannot_open", "The database cannot be opened; check that the data folder exists and its owner and mode."),
            Native.Constraint => ("constraint", "A row broke a constraint of its table."),
            _ => ("sqlite", "See the SQLite result code."),
        };
        return new DatabaseException(code, $"{remedy} (SQLite {result}: {detail})")
        {
            ConcernsEverybody = code is not ("constraint" or "sqlite") || (result & 0xff) == Native.NoMemory,
        };
    }
}
