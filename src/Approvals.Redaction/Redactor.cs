using System.Buffers;
using System.Text;
using Approvals.Redaction.Csv;
using Approvals.Redaction.Json;
using Approvals.Redaction.Mask;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;
using Approvals.Redaction.Text;

namespace Approvals.Redaction;

/// <summary>
/// Finds secrets and personal data in JSON and text and masks them. Immutable; any number of calls may run at once. Redacting what was
/// already redacted changes nothing. Time is linear in the input. Building one reads about a thousand rules (tens of milliseconds): keep it.
/// </summary>
public sealed class Redactor
{
    private static readonly Lazy<Redactor> SharedDefault = new(() => new Redactor(new RedactionOptions()));

    private readonly RedactionOptions _options;
    private readonly Detector _detector;
    private Workspace? _idle;

    /// <summary>Builds a redactor. <see cref="RedactionException"/> <c>invalid_rule</c> or <c>invalid_options</c> names what is wrong.</summary>
    public Redactor(RedactionOptions options)
    {
        _options = OptionsCheck.Checked(options);
        _detector = new Detector(_options);
    }

    /// <summary>The types that findings of this redactor can have, sorted.</summary>
    public IReadOnlyList<string> Types => field ??= _detector.Types();

    /// <summary>All built-in rules, pseudonyms as masks.</summary>
    public static Redactor Default => SharedDefault.Value;

    /// <summary>
    /// Redacts a JSON document of any kind. Keys, strings and numbers are looked at; bytes that need no mask are copied as they are, so
    /// white space, order and number formats stay. A masked number becomes a string.
    /// Errors: <c>invalid_json</c>, <c>json_too_deep</c> (over 64 levels), <c>input_too_large</c>.
    /// </summary>
    public JsonRedaction RedactJson(ReadOnlyMemory<byte> utf8Json)
    {
        CheckSize(utf8Json.Length);
        var workspace = Rent();
        try
        {
            return new JsonRedactor(_detector, _options, workspace).Redact(utf8Json);
        }
        finally
        {
            Return(workspace);
        }
    }

    /// <summary>Redacts text. Offsets are UTF-16 code units of <paramref name="text"/>. Error: <c>input_too_large</c>.</summary>
    public TextRedaction RedactText(string text)
    {
        CheckSize(Encoding.UTF8.GetByteCount(text));
        var workspace = Rent();
        try
        {
            var buffer = workspace.Buffer(Encoding.UTF8.GetMaxByteCount(text.Length));
            var utf8 = buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
            var hits = _detector.Find(workspace, utf8);
            if (hits.Length == 0) return new TextRedaction(text, []);
            var masker = new Masker(_options);
            var findings = new List<Finding>(hits.Length);
            var output = new StringBuilder(text.Length);
            var offsets = new Utf16Offsets(utf8);
            var copied = 0;
            foreach (var hit in hits)
            {
                var rule = _detector.Rules[hit.Rule];
                var start = offsets.At(hit.Start);
                var end = offsets.At(hit.End);
                findings.Add(new Finding(rule.Type, rule.Id, "", start, end, Math.Round(hit.Confidence, 2), Masker.NameOf(masker.OperatorFor(rule.Type))));
                output.Append(text, copied, start - copied).Append(masker.Replacement(rule.Type, utf8[hit.Start..hit.End]));
                copied = end;
            }
            output.Append(text, copied, text.Length - copied);
            return new TextRedaction(output.ToString(), findings);
        }
        finally
        {
            Return(workspace);
        }
    }

    /// <summary>
    /// Redacts UTF-8 text, for callers that stream: give it whole lines. Offsets are UTF-16 code units. Errors: <c>input_too_large</c>,
    /// <c>invalid_utf8</c> (the message names the byte).
    /// </summary>
    public Utf8Redaction RedactUtf8(ReadOnlyMemory<byte> utf8Text) => RedactUtf8(utf8Text, null);

    /// <summary>
    /// Redacts rows of a table whose first line is <paramref name="header"/> (RFC 4180; comma, semicolon, tab or bar): a cell is read with the name of its
    /// column. Give whole rows, the header among them or not; <paramref name="firstLine"/> is the number of their first line, for messages. Offsets and errors as for
    /// <see cref="RedactUtf8(ReadOnlyMemory{byte})"/>, and <c>invalid_csv</c> for a row that has not as many cells as a header that names anything, or a quote that is never closed.
    /// </summary>
    public Utf8Redaction RedactCsv(ReadOnlyMemory<byte> utf8Rows, ReadOnlyMemory<byte> header, long firstLine = 1)
    {
        var columns = CsvHeader.Parse(header.Span, _detector, firstLine);
        return RedactUtf8(utf8Rows, columns.TellsAnything ? columns : null);
    }

    private Utf8Redaction RedactUtf8(ReadOnlyMemory<byte> utf8Text, CsvHeader? table)
    {
        CheckSize(utf8Text.Length);
        var utf8 = utf8Text.Span;
        if (!System.Text.Unicode.Utf8.IsValid(utf8)) throw new RedactionException("invalid_utf8", $"The text is not valid UTF-8 at byte {FirstInvalid(utf8)}.");
        var workspace = Rent();
        try
        {
            var hits = table is null ? _detector.Find(workspace, utf8) : _detector.FindRows(workspace, utf8, table);
            if (hits.Length == 0) return new Utf8Redaction(utf8Text, []);
            var masker = new Masker(_options);
            var findings = new List<Finding>(hits.Length);
            // Room for the usual masks at once: doubling a block would cost more memory than the block.
            var output = new ArrayBufferWriter<byte>(utf8.Length + 256 + hits.Length * 32);
            var offsets = new Utf16Offsets(utf8);
            var copied = 0;
            foreach (var hit in hits)
            {
                var rule = _detector.Rules[hit.Rule];
                findings.Add(new Finding(rule.Type, rule.Id, "", offsets.At(hit.Start), offsets.At(hit.End), Math.Round(hit.Confidence, 2), Masker.NameOf(masker.OperatorFor(rule.Type))));
                output.Write(utf8[copied..hit.Start]);
                output.Write(Encoding.UTF8.GetBytes(masker.Replacement(rule.Type, utf8[hit.Start..hit.End])));
                copied = hit.End;
            }
            output.Write(utf8[copied..]);
            return new Utf8Redaction(output.WrittenMemory, findings);
        }
        finally
        {
            Return(workspace);
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (at < utf8.Length && Rune.DecodeFromUtf8(utf8[at..], out _, out var width) == OperationStatus.Done) at += width;
        return at;
    }

    private void CheckSize(int bytes)
    {
        if (bytes > _options.MaximumBytes)
            throw new RedactionException("input_too_large", $"The input has {bytes} bytes, more than the {_options.MaximumBytes} allowed. Split it, or raise MaximumBytes.");
    }

    private Workspace Rent() => Interlocked.Exchange(ref _idle, null) ?? new Workspace(_detector.Rules);

    private void Return(Workspace workspace)
    {
        // INVARIANT: no value outlives the call that found it.
        workspace.Known.Clear();
        Volatile.Write(ref _idle, workspace);
    }
}
