using System.Text;

namespace Approvals.Engine;

/// <summary>
/// Runs queries on one connection, inside one read transaction: all of them see the same state. Valid only inside the delegate it is
/// given to.
/// </summary>
public class SqliteReader
{
    internal SqliteReader(SqliteConnection connection) => Connection = connection;

    internal SqliteConnection Connection { get; }

    /// <summary>
    /// Runs a query with parameters <c>?1, ?2 …</c>. Dispose the rows before the next query of the same text. Statements are prepared
    /// once for each text, so build no SQL from values.
    /// </summary>
    public SqliteRows Query(string sql, params ReadOnlySpan<SqliteValue> values)
    {
        nint statement = Connection.Statement(sql);
        Connection.Bind(statement, values);
        return new SqliteRows(Connection, statement);
    }

    /// <summary>The first column of the first row as a number, or <see langword="null"/> when there is no row or it is NULL.</summary>
    public long? QueryInt64(string sql, params ReadOnlySpan<SqliteValue> values)
    {
        using SqliteRows rows = Query(sql, values);
        return rows.Read() && !rows.IsNull(0) ? rows.GetInt64(0) : null;
    }

    /// <summary>The first column of the first row as bytes, or <see langword="null"/> when there is no row or it is NULL.</summary>
    public byte[]? QueryBlob(string sql, params ReadOnlySpan<SqliteValue> values)
    {
        using SqliteRows rows = Query(sql, values);
        return rows.Read() && !rows.IsNull(0) ? rows.GetBlob(0).ToArray() : null;
    }

    /// <summary>The first column of the first row as text, or <see langword="null"/> when there is no row or it is NULL.</summary>
    public string? QueryText(string sql, params ReadOnlySpan<SqliteValue> values)
    {
        using SqliteRows rows = Query(sql, values);
        return rows.Read() && !rows.IsNull(0) ? rows.GetText(0) : null;
    }
}

/// <summary>A cursor over the rows of a query.</summary>
public readonly unsafe ref struct SqliteRows
{
    private readonly SqliteConnection _connection;
    private readonly nint _statement;

    internal SqliteRows(SqliteConnection connection, nint statement) => (_connection, _statement) = (connection, statement);

    /// <summary>Steps to the next row; false behind the last.</summary>
    public bool Read()
    {
        int result = Native.Step(_statement);
        return result switch
        {
            Native.Row => true,
            Native.Done => false,
            _ => throw _connection.Error(result),
        };
    }

    public bool IsNull(int column) => Native.ColumnType(_statement, column) == Native.TypeNull;

    public long GetInt64(int column) => Native.ColumnInt64(_statement, column);

    public double GetDouble(int column) => Native.ColumnDouble(_statement, column);

    public string GetText(int column) => Encoding.UTF8.GetString(Native.ColumnText(_statement, column), Native.ColumnBytes(_statement, column));

    public string? GetTextOrNull(int column) => IsNull(column) ? null : GetText(column);

    /// <summary>The bytes of a column, valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> GetBlob(int column)
    {
        byte* bytes = Native.ColumnBlob(_statement, column);
        return new ReadOnlySpan<byte>(bytes, Native.ColumnBytes(_statement, column));
    }

    /// <summary>Ends the query and makes its statement ready for the next use.</summary>
    public void Dispose() => _ = Native.Reset(_statement);
}

/// <summary>Reads and writes inside the group commit's transaction. Valid only inside the delegate it is given to.</summary>
public sealed class SqliteWriter : SqliteReader
{
    internal SqliteWriter(SqliteConnection connection) : base(connection)
    {
    }

    /// <summary>The rowid of the last row inserted on this connection.</summary>
    public long LastInsertRowId => Native.LastInsertRowId(Connection.Handle);

    /// <summary>Runs one statement with parameters <c>?1, ?2 …</c>; returns how many rows it inserted, updated or deleted.</summary>
    public int Execute(string sql, params ReadOnlySpan<SqliteValue> values)
    {
        nint statement = Connection.Statement(sql);
        Connection.Bind(statement, values);
        int result = Native.Step(statement);
        if (result is Native.Done or Native.Row)
        {
            int changes = Native.Changes(Connection.Handle);
            _ = Native.Reset(statement);
            return changes;
        }

        DatabaseException error = Connection.Error(result);
        _ = Native.Reset(statement);
        throw error;
    }
}
