using System.Text;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Csv;

/// <summary>The first line of a table (RFC 4180, or with another separator): the names of its columns, and which of them say something about their cells.</summary>
internal sealed class CsvHeader
{
    private const int MaximumColumns = 1024;

    private CsvHeader(byte separator, byte[]?[] columns, long firstLine) => (Separator, Columns, FirstLine) = (separator, columns, firstLine);

    public byte Separator { get; }

    /// <summary>Name of each column, null where it tells nothing.</summary>
    public byte[]?[] Columns { get; }

    /// <summary>Number of the line that the rows begin on, for messages.</summary>
    public long FirstLine { get; }

    public bool TellsAnything => Array.Exists(Columns, c => c is not null);

    public static CsvHeader Parse(ReadOnlySpan<byte> line, Detector detector, long firstLine)
    {
        line = line.TrimEnd("\r\n"u8);
        if (line.StartsWith("\uFEFF"u8)) line = line[3..];
        var separator = (byte)',';
        foreach (var other in "\t;|"u8)
            if (line.Count(other) > line.Count(separator)) separator = other;
        var columns = new List<byte[]?>();
        foreach (var (start, end, _) in new CsvCells(line, separator))
        {
            if (columns.Count == MaximumColumns) throw new RedactionException("invalid_csv", $"The header has more than {MaximumColumns} columns. {Remedy}");
            var name = line[start..end];
            columns.Add(name.Length is > 1 and <= 64 && detector.IsTelling(name) ? name.ToArray() : null);
        }
        return new CsvHeader(separator, [.. columns], firstLine);
    }

    /// <summary>
    /// A row that does not fit its header is refused: by which name its cells are to be read, nobody can tell.
    /// </summary>
    /// <param name="rows">All rows.</param>
    /// <param name="at">Where in them the row ends.</param>
    /// <param name="cells">How many cells it has.</param>
    public RedactionException Misfit(ReadOnlySpan<byte> rows, int at, int cells) =>
        new("invalid_csv", $"The row on line {LineOf(rows, at)} has {cells} cells where the header has {Columns.Length}. {Remedy}");

    public RedactionException Unclosed(ReadOnlySpan<byte> rows, int at) => new("invalid_csv", $"The quote on line {LineOf(rows, at)} is never closed. {Remedy}");

    private const string Remedy = "Correct it, or give the file as text (another name than .csv or .tsv).";

    private long LineOf(ReadOnlySpan<byte> rows, int at) => FirstLine + rows[..at].Count((byte)'\n');

    public override string ToString() => string.Join(',', Columns.Select(c => c is null ? "" : Encoding.UTF8.GetString(c)));
}

/// <summary>Cells of a table without their quotes, and whether each is the last of its row. A quoted cell may span lines.</summary>
internal ref struct CsvCells(ReadOnlySpan<byte> table, byte separator)
{
    private readonly ReadOnlySpan<byte> _table = table;
    private int _next;
    private bool _ended;

    /// <summary>The current cell began with a quote that nothing closes.</summary>
    public bool IsUnclosed { get; private set; }

    public (int Start, int End, bool LastOfRow) Current { get; private set; }

    public readonly CsvCells GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_ended || _next >= _table.Length) return false;
        int start = _next, end;
        if (_table[start] == '"')
        {
            end = ++start;
            while (end < _table.Length && (_table[end] != '"' || (end + 1 < _table.Length && _table[end + 1] == '"'))) end += _table[end] == '"' ? 2 : 1;
            IsUnclosed = end >= _table.Length;
            end = Math.Min(end, _table.Length);
            _next = Math.Min(end + 1, _table.Length);
        }
        else
        {
            var length = _table[start..].IndexOfAny(separator, (byte)'\n');
            end = length < 0 ? _table.Length : start + length;
            _next = end;
            if (end > start && _table[end - 1] == '\r') end--;
        }
        while (_next < _table.Length && _table[_next] != separator && _table[_next] != '\n') _next++;
        var last = _next >= _table.Length || _table[_next] == '\n';
        _ended = _next >= _table.Length;
        _next++;
        Current = (start, end, last);
        return true;
    }
}
