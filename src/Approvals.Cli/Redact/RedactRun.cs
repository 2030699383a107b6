using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Approvals.Cli.Output;
using Approvals.Redaction;

namespace Approvals.Cli.Redact;

/// <summary>One invocation: which redactor, where findings go, what was counted.</summary>
internal sealed class RedactRun
{
    /// <summary>So many places are named when something was found that must not be; --findings names all.</summary>
    private const int MostRefusals = 20;

    private static readonly JsonSerializerOptions FindingJson = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] SecretTypes = ["SECRET", "JWT", "PRIVATE_KEY"];

    private readonly Redactor _documents;
    private readonly Lazy<Redactor> _streams;
    private readonly bool _jsonLines;
    private readonly bool _findings;
    private readonly HashSet<string> _failOn = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _refused = [];
    private int _refusals;
    private long _units;
    private readonly RedactProgress _progress;

    public RedactRun(RedactionOptions? options, bool jsonLines, bool findings, string[] failOn)
    {
        _documents = options is null ? Redactor.Default : new Redactor(options);
        _streams = new Lazy<Redactor>(() => new Redactor(Unnumbered(options ?? new RedactionOptions())));
        (_jsonLines, _findings) = (jsonLines, findings);
        _progress = new RedactProgress(TimeProvider.System, isMuted: findings && !Terminal.Error.IsTerminal);
        foreach (var kind in failOn)
        {
            if (kind.Equals("any", StringComparison.OrdinalIgnoreCase)) _failOn.UnionWith(_documents.Types);
            else if (kind.Equals("secret", StringComparison.OrdinalIgnoreCase)) _failOn.UnionWith(SecretTypes);
            else if (!_documents.Types.Contains(kind, StringComparer.OrdinalIgnoreCase)) throw new RedactionException("invalid_options", $"--fail-on knows no '{kind}'. Use secret, any or a type: {string.Join(", ", _documents.Types)}.");
            else _failOn.Add(kind);
        }
    }

    /// <summary>
    /// Numbered pseudonyms of an endless stream would need all values in memory, and begin anew in each block; a keyed hash does not. Without a key of the user's own it has one of this run.
    /// </summary>
    private static RedactionOptions Unnumbered(RedactionOptions options) => options with
    {
        DefaultOperator = Unnumbered(options.DefaultOperator),
        Operators = options.Operators.ToDictionary(o => o.Key, o => Unnumbered(o.Value), StringComparer.Ordinal),
        HashKey = options.HashKey.IsEmpty ? RandomNumberGenerator.GetBytes(32) : options.HashKey,
    };

    private static MaskOperator Unnumbered(MaskOperator operation) => operation == MaskOperator.Pseudonym ? MaskOperator.Hash : operation;

    public static bool IsSecret(string type) => SecretTypes.Contains(type, StringComparer.Ordinal);

    public RedactTally Tally { get; } = new();

    public bool Refused => _refusals > 0;

    public async Task FileAsync(string name, Stream output, CancellationToken cancellation)
    {
        try
        {
            if (Directory.Exists(name)) throw new IOException($"'{name}' is a folder: name the files in it.");
            await using var input = name == "-" ? Console.OpenStandardInput() : File.OpenRead(name);
            _progress.Begin(name == "-" ? "standard input" : name, input.CanSeek ? input.Length : 0);
            _units = 0;
            Tally.Files++;
            var extension = Path.GetExtension(name).ToLowerInvariant();
            if (_jsonLines) await TextLines.RunAsync(_documents, input, output, _findings, (line, found) => Note(name, found, [.. found.Select(_ => line)], print: false), cancellation);
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
        foreach (var place in _refused) await Console.Error.WriteLineAsync(place);
        if (_refusals > _refused.Count) await Console.Error.WriteLineAsync($"… and {_refusals - _refused.Count} more; --findings lists all.");
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
            default: await TextStream.RunAsync(new LineSplitter(input, begin), Text, output, (block, redacted) => Note(name, block, redacted), cancellation); break;
        }
    }

    private Task LinesAsync(string name, Stream input, ReadOnlyMemory<byte> head, Stream output, CancellationToken cancellation) =>
        TextStream.RunAsync(new LineSplitter(input, head), Document, output, (block, redacted) => Note(name, block, redacted), cancellation);

    private async Task WholeDocumentAsync(string name, Stream input, ReadOnlyMemory<byte> head, Stream output, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await buffer.WriteAsync(head, cancellation);
        await input.CopyToAsync(buffer, cancellation);
        var redacted = _documents.RedactJson(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        await output.WriteAsync(redacted.Json, cancellation);
        Note(name, redacted.Findings, [], _findings);
        _progress.Add(buffer.Length);
        Tally.Bytes += buffer.Length;
    }

    /// <summary>Every row is read by the names in the first line.</summary>
    private Task TableAsync(string name, Stream input, Stream output, CancellationToken cancellation)
    {
        var rows = new LineSplitter(input, quoted: true);
        return TextStream.RunAsync(rows, block => Placed(block, () => _streams.Value.RedactCsv(block.Bytes, rows.FirstLine, block.Line)), output, (block, redacted) => Note(name, block, redacted), cancellation);
    }

    private RedactedBlock Text(Block block) => Placed(block, () => _streams.Value.RedactUtf8(block.Bytes));

    /// <summary>An error inside a block names its place in the stream.</summary>
    private static RedactedBlock Placed(Block block, Func<Utf8Redaction> redact)
    {
        try
        {
            return RedactedBlock.OfText(block, redact());
        }
        catch (RedactionException error) when (error.Code == "invalid_utf8")
        {
            var at = FirstInvalid(block.Bytes.Span);
            var line = block.Line + block.Bytes.Span[..at].Count((byte)'\n');
            var utf16 = block.Offset == 0 && block.Bytes.Span is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? " It begins like UTF-16: convert it, for example with iconv -f UTF-16 -t UTF-8." : "";
            throw new RedactionException(error.Code, $"The text is not valid UTF-8 at byte {block.Offset + at}, line {line}.{utf16}", error);
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (at < utf8.Length && System.Text.Rune.DecodeFromUtf8(utf8[at..], out _, out var width) == System.Buffers.OperationStatus.Done) at += width;
        return at;
    }

    /// <summary>A block of JSON lines, each its own document.</summary>
    private RedactedBlock Document(Block block)
    {
        using var output = new MemoryStream(block.Bytes.Length + 1024);
        var findings = new List<Finding>();
        var lines = new List<long>();
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
                    lines.AddRange(redacted.Findings.Select(_ => number));
                }
                catch (RedactionException error)
                {
                    throw new RedactionException(error.Code, $"Line {number} of the JSON lines: {error.Message.Replace("line 1, ", "", StringComparison.Ordinal)}", error);
                }
            }
            if (end >= 0) output.WriteByte((byte)'\n');
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return new RedactedBlock(output.ToArray(), findings, lines, Units: 0);
    }

    private void Note(string file, Block block, RedactedBlock redacted)
    {
        Note(file, redacted.Findings, redacted.Lines, _findings);
        _units += redacted.Units;
        _progress.Add(block.Bytes.Length);
        Tally.Bytes += block.Bytes.Length;
    }

    private void Note(string file, IReadOnlyList<Finding> findings, IReadOnlyList<long> lines, bool print)
    {
        Tally.Add(file, findings, lines);
        for (var i = 0; i < findings.Count; i++)
        {
            var finding = findings[i];
            var line = lines.Count > 0 ? lines[i] : (long?)null;
            if (_failOn.Contains(finding.Type) && ++_refusals <= MostRefusals) _refused.Add($"{Shown(file)}{(line is null ? "" : $":{line}")}{(finding.Pointer.Length > 0 ? $" {finding.Pointer}" : "")}: {finding.Type} ({finding.Rule})");
            if (print) Console.Error.WriteLine(JsonSerializer.Serialize(new { file, line, finding.Type, finding.Rule, finding.Pointer, Start = finding.Start + _units, End = finding.End + _units, finding.Confidence, finding.Operator }, FindingJson));
        }
    }

    private static string Shown(string file) => file == "-" ? "standard input" : Terminal.Clean(file);
}
