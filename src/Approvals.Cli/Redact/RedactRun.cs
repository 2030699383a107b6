using System.Security.Cryptography;
using System.Text.Json;
using Approvals.Redaction;

namespace Approvals.Cli.Redact;

/// <summary>One invocation: which redactor, where findings go, what was counted.</summary>
internal sealed class RedactRun
{
    private static readonly string[] SecretTypes = ["SECRET", "JWT", "PRIVATE_KEY"];

    private readonly Redactor _documents;
    private readonly Lazy<Redactor> _streams;
    private readonly bool _jsonLines;
    private readonly bool _findings;
    private readonly string[] _failOn;
    private readonly RedactProgress _progress = new(TimeProvider.System);

    public RedactRun(RedactionOptions? options, bool jsonLines, bool findings, string[] failOn)
    {
        _documents = options is null ? Redactor.Default : new Redactor(options);
        // Numbered pseudonyms of an endless stream would need all values in memory; a keyed hash with a key of this run does not.
        _streams = new Lazy<Redactor>(() => options is not null ? _documents : new Redactor(new RedactionOptions { DefaultOperator = MaskOperator.Hash, HashKey = RandomNumberGenerator.GetBytes(32) }));
        (_jsonLines, _findings, _failOn) = (jsonLines, findings, failOn);
    }

    public static bool IsSecret(string type) => SecretTypes.Contains(type, StringComparer.Ordinal);

    public RedactTally Tally { get; } = new();

    public bool Refused { get; private set; }

    public async Task FileAsync(string name, Stream output, CancellationToken cancellation)
    {
        try
        {
            await using var input = name == "-" ? Console.OpenStandardInput() : File.OpenRead(name);
            var extension = Path.GetExtension(name).ToLowerInvariant();
            if (_jsonLines) await TextLines.RunAsync(_documents, input, output, _findings, found => Note(name, found, print: false), cancellation);
            else if (extension is ".jsonl" or ".ndjson") await LinesAsync(name, input, default, output, cancellation);
            else if (extension == ".json") await WholeDocumentAsync(name, input, default, output, cancellation);
            else if (extension is ".csv" or ".tsv") await TableAsync(name, input, output, cancellation);
            else await SniffAsync(name, input, output, cancellation);
        }
        catch (RedactionException error)
        {
            throw new RedactionException(error.Code, $"{(name == "-" ? "standard input" : name)}: {error.Message}", error);
        }
    }

    public async Task SummaryAsync()
    {
        _progress.End();
        if (_jsonLines && !Console.IsErrorRedirected && Tally.Counts.Count == 0) return;
        var types = string.Join(", ", Tally.ByType().Select(t => $"{t.Type} {t.Count}"));
        await Console.Error.WriteLineAsync(types.Length > 0 ? $"redacted: {types}" : "redacted: nothing found");
    }

    /// <summary>Standard input and unknown names: a JSON document or JSON lines when the beginning says so, else text.</summary>
    private async Task SniffAsync(string name, Stream input, Stream output, CancellationToken cancellation)
    {
        var head = new byte[64 * 1024];
        var length = await input.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        var begin = head.AsMemory(0, length);
        switch (JsonSniff.Look(begin.Span, whole: length < head.Length))
        {
            case JsonSniff.Kind.Document: await WholeDocumentAsync(name, input, begin, output, cancellation); break;
            case JsonSniff.Kind.Lines: await LinesAsync(name, input, begin, output, cancellation); break;
            default: await TextStream.RunAsync(new LineSplitter(input, begin), Text, output, (block, found) => Note(name, found, _findings, block), cancellation); break;
        }
    }

    private Task LinesAsync(string name, Stream input, ReadOnlyMemory<byte> head, Stream output, CancellationToken cancellation) =>
        TextStream.RunAsync(new LineSplitter(input, head), Document, output, (block, found) => Note(name, found, _findings, block), cancellation);

    private async Task WholeDocumentAsync(string name, Stream input, ReadOnlyMemory<byte> head, Stream output, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await buffer.WriteAsync(head, cancellation);
        await input.CopyToAsync(buffer, cancellation);
        var redacted = _documents.RedactJson(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        await output.WriteAsync(redacted.Json, cancellation);
        Note(name, redacted.Findings, _findings);
        _progress.Add(name, buffer.Length);
        Tally.Bytes += buffer.Length;
    }

    /// <summary>Every row is read by the names in the first line.</summary>
    private Task TableAsync(string name, Stream input, Stream output, CancellationToken cancellation)
    {
        var rows = new LineSplitter(input, quoted: true);
        return TextStream.RunAsync(rows, block => Placed(block, () => _streams.Value.RedactCsv(block.Bytes, rows.FirstLine)), output, (block, found) => Note(name, found, _findings, block), cancellation);
    }

    private Utf8Redaction Text(Block block) => Placed(block, () => _streams.Value.RedactUtf8(block.Bytes));

    /// <summary>An error inside a block names its place in the stream.</summary>
    private static Utf8Redaction Placed(Block block, Func<Utf8Redaction> redact)
    {
        try
        {
            return redact();
        }
        catch (RedactionException error) when (error.Code == "invalid_utf8")
        {
            var at = FirstInvalid(block.Bytes.Span);
            var line = block.Line + block.Bytes.Span[..at].Count((byte)'\n');
            throw new RedactionException(error.Code, $"The text is not valid UTF-8 at byte {block.Offset + at}, line {line}.", error);
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (at < utf8.Length && System.Text.Rune.DecodeFromUtf8(utf8[at..], out _, out var width) == System.Buffers.OperationStatus.Done) at += width;
        return at;
    }

    /// <summary>A block of JSON lines, each its own document.</summary>
    private Utf8Redaction Document(Block block)
    {
        using var output = new MemoryStream(block.Bytes.Length + 1024);
        var findings = new List<Finding>();
        var rest = block.Bytes;
        for (var number = block.Line; rest.Length > 0; number++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                try
                {
                    var redacted = _documents.RedactJson(line);
                    output.Write(redacted.Json);
                    findings.AddRange(redacted.Findings);
                }
                catch (RedactionException error)
                {
                    throw new RedactionException(error.Code, $"Line {number} of the JSON lines: {error.Message}", error);
                }
            }
            if (end >= 0) output.WriteByte((byte)'\n');
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return new Utf8Redaction(output.ToArray(), findings);
    }

    private void Note(string file, IReadOnlyList<Finding> findings, bool print, Block block)
    {
        Note(file, findings, print);
        _progress.Add(file, block.Bytes.Length);
        Tally.Bytes += block.Bytes.Length;
    }

    private void Note(string file, IReadOnlyList<Finding> findings, bool print)
    {
        Tally.Add(file, findings);
        foreach (var finding in findings)
        {
            Refused |= _failOn.Any(f => f.Equals("any", StringComparison.OrdinalIgnoreCase) || f.Equals(finding.Type, StringComparison.OrdinalIgnoreCase)
                || (f.Equals("secret", StringComparison.OrdinalIgnoreCase) && SecretTypes.Contains(finding.Type)));
            if (print) Console.Error.WriteLine(JsonSerializer.Serialize(new { file, finding.Type, finding.Rule, finding.Pointer, finding.Start, finding.End, finding.Confidence, finding.Operator }, JsonSerializerOptions.Web));
        }
    }
}
