using Approvals.Durable;

namespace Approvals.Embedded.Hosting;

/// <summary>Why a store does not work, in words that anybody may read: the log has the details, paths among them.</summary>
internal static class StoreWords
{
    public static string Of(StoreException fault) => fault.Code + ": " + fault.Code switch
    {
        "full" => "the disk is full; free some space",
        "read_only" => "the database cannot be written; check the data folder's owner, mode and file system",
        "busy" => "another program holds a lock on the database; close it",
        "corrupt" => "the database is damaged; stop the host and restore the last backup",
        "io" => "the disk fails; check it, then restart the host",
        "lost_commits" => "acknowledged writes are missing; stop the host and restore the last backup",
        "closed" => "the host stops",
        _ => "writes fail; see the log",
    };
}
