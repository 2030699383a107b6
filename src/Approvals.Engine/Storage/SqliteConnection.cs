using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Approvals.Engine;

/// <summary>One SQLite connection with its prepared statements. Not safe for overlapping calls: the owner serializes them.</summary>
internal sealed unsafe class SqliteConnection : IDisposable
{
    private readonly Dictionary<string, nint> _statements = new(StringComparer.Ordinal);
    private nint _db;

    private SqliteConnection(nint db) => _db = db;

    public nint Handle => _db != 0 ? _db : throw new DatabaseException("closed", "The database is closed.");

    public int TotalChanges => Native.TotalChanges(Handle);

    public bool InTransaction => Native.GetAutocommit(Handle) == 0;

    public static SqliteConnection Open(string path, bool readOnly, TimeSpan busyTimeout)
    {
        int flags = Native.OpenNoMutex | (readOnly ? Native.OpenReadOnly : Native.OpenReadWrite | Native.OpenCreate);
        int result = Native.Open(path, out nint db, flags, 0);
        if (result != Native.Ok)
        {
            string detail = db == 0 ? "out of memory" : Message(db);
            if (db != 0)
                _ = Native.Close(db);
            throw DatabaseException.FromResult(result, detail);
        }

        _ = Native.ExtendedResultCodes(db, 1);
        _ = Native.BusyTimeout(db, (int)busyTimeout.TotalMilliseconds);
        return new SqliteConnection(db);
    }

    /// <summary>The prepared statement for a text; made once, reset by whoever steps it.</summary>
    public nint Statement(string sql)
    {
        ref nint statement = ref CollectionsMarshal.GetValueRefOrAddDefault(_statements, sql, out bool known);
        if (known && statement != 0)
            return statement;
        statement = Prepare(sql, out int rest);
        if (rest > 0)
            throw new ArgumentException("One statement a call: there is text behind the first statement.", nameof(sql));
        return statement;
    }

    /// <summary>Runs a script of several statements without parameters.</summary>
    public void Script(string sql)
    {
        while (!string.IsNullOrWhiteSpace(sql))
        {
            nint statement = Prepare(sql, out int rest);
            try
            {
                int result;
                do
                    result = statement == 0 ? Native.Done : Native.Step(statement);
                while (result == Native.Row);
                if (result != Native.Done)
                    throw Error(result);
            }
            finally
            {
                _ = Native.Finalize(statement);
            }

            byte[] bytes = Encoding.UTF8.GetBytes(sql);
            sql = Encoding.UTF8.GetString(bytes, bytes.Length - rest, rest);
        }
    }

    public void Bind(nint statement, ReadOnlySpan<SqliteValue> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            ref readonly SqliteValue value = ref values[i];
            int result = value.Kind switch
            {
                SqliteValue.ValueKind.Integer => Native.BindInt64(statement, i + 1, value.Number),
                SqliteValue.ValueKind.Real => Native.BindDouble(statement, i + 1, BitConverter.Int64BitsToDouble(value.Number)),
                SqliteValue.ValueKind.Text => BindText(statement, i + 1, value.Text!),
                SqliteValue.ValueKind.Blob => BindBlob(statement, i + 1, value.Blob.Span),
                _ => Native.BindNull(statement, i + 1),
            };
            if (result != Native.Ok)
                throw Error(result);
        }
    }

    public DatabaseException Error(int result) => DatabaseException.FromResult(result, Message(Handle));

    /// <summary>Resets every statement, so that nothing holds a transaction open after an exception.</summary>
    public void ResetAll()
    {
        foreach (nint statement in _statements.Values)
            _ = Native.Reset(statement);
    }

    public void Dispose()
    {
        if (_db == 0)
            return;
        foreach (nint statement in _statements.Values)
            _ = Native.Finalize(statement);
        _statements.Clear();
        _ = Native.Close(_db);
        _db = 0;
    }

    private static string Message(nint db) => Marshal.PtrToStringUTF8((nint)Native.ErrorMessage(db)) ?? "";

    private nint Prepare(string sql, out int rest)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* text = bytes)
        {
            int result = Native.Prepare(Handle, text, bytes.Length, Native.PreparePersistent, out nint statement, out byte* tail);
            if (result != Native.Ok)
                throw Error(result);
            rest = bytes.Length - (int)(tail - text);
            while (rest > 0 && (bytes[^rest] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)';'))
                rest--;
            return statement;
        }
    }

    private static int BindText(nint statement, int index, string value)
    {
        int most = Encoding.UTF8.GetMaxByteCount(value.Length);
        byte[]? rented = null;
        Span<byte> buffer = most <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(most);
        int length = Encoding.UTF8.GetBytes(value, buffer);
        int result;
        fixed (byte* bytes = buffer)
            result = Native.BindText(statement, index, bytes, length, Native.Transient);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return result;
    }

    private static int BindBlob(nint statement, int index, ReadOnlySpan<byte> value)
    {
        // A null pointer would bind NULL; an empty blob needs an address, whichever.
        byte none = 0;
        fixed (byte* bytes = value)
            return Native.BindBlob(statement, index, bytes is null ? &none : bytes, value.Length, Native.Transient);
    }
}
