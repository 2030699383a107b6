using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Approvals.Engine;

/// <summary>
/// Remembers beside the database how many transactions were committed, so that a WAL that was deleted, cut or damaged behind the
/// engine's back is noticed: SQLite itself would quietly go on from the last frame whose checksum fits, and acknowledged writes would
/// be gone.
/// </summary>
/// <remarks>
/// 16 bytes in a memory-mapped file: magic, count. Written after each commit and before anybody is told of it; the database counts in the
/// same transaction. It is not flushed: after a SIGKILL the kernel still has it, so it is exact; after a power failure it may be behind,
/// never ahead of what was synced.
/// </remarks>
internal sealed class CommitMark : IDisposable
{
    private const ulong Magic = 0x314B52414D564150; // "PAVMARK1"
    private const int Size = 16;

    private readonly string _wal;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private long _count;

    private CommitMark(string database, long count)
    {
        _wal = database + "-wal";
        _count = count;
        string path = PathOf(database);
        PrivateFiles.Create(path);
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            stream.SetLength(Size);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, Size);
        _view = _file.CreateViewAccessor(0, Size);
        Write();
    }

    /// <summary>Where the mark of a database is. A restored backup must not stand beside the mark of what it replaces.</summary>
    public static string PathOf(string database) => database + ".mark";

    /// <summary>Compares what SQLite recovered with the mark, then goes on counting.</summary>
    /// <exception cref="DatabaseException"><c>lost_commits</c>: acknowledged writes are missing.</exception>
    public static CommitMark Open(string database, SqliteWriter db)
    {
        long count = db.QueryInt64("SELECT count FROM commit_count") ?? 0;
        if (Read(database) is { } committed && committed > count)
            throw Lost($"{committed} transactions were committed, {count} are there; a WAL was deleted, cut or damaged");
        return new CommitMark(database, count);
    }

    /// <summary>How many transactions the mark of a database knows of, or <see langword="null"/> when there is none.</summary>
    public static long? Read(string database)
    {
        string path = PathOf(database);
        if (!File.Exists(path))
            return null;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> mark = stackalloc byte[Size];
        return stream.ReadAtLeast(mark, Size, throwOnEndOfStream: false) == Size && BinaryPrimitives.ReadUInt64LittleEndian(mark) == Magic
            ? BinaryPrimitives.ReadInt64LittleEndian(mark[8..])
            : null;
    }

    /// <summary>Counts a transaction, inside it.</summary>
    public static void Count(SqliteWriter db) => db.Execute("UPDATE commit_count SET count = count + 1");

    /// <summary>Called after each commit.</summary>
    /// <exception cref="DatabaseException"><c>lost_commits</c>: the WAL was deleted while the host runs; what was just written is not on disk.</exception>
    public void Committed()
    {
        if (!File.Exists(_wal))
            throw Lost("the WAL was deleted while the host was running");
        _count++;
        Write();
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private void Write()
    {
        _view.Write(0, Magic);
        _view.Write(8, _count);
    }

    internal static DatabaseException Lost(string what) => new(
        "lost_commits",
        $"Acknowledged writes are missing from the database: {what}. Restore the last backup, or delete the file approvals.db.mark to accept the loss.");
}
