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

    public RedactRun(RedactionOptions? options, bool jsonLines, bool findings, string[] failOn)
    {
        _documents = options is null ? Redactor.Default : new Redactor(options);
        // Numbered pseudonyms of an endless stream would need all values in memory; a keyed hash with a key of this run does not.
        _streams = new Lazy<Redactor>(() => options is not null ? _documents : new Redactor(new RedactionOptions { DefaultOperator = MaskOperator.Hash, HashKey = RandomNumberGenerator.GetBytes(32) }));
        (_jsonLines, _findings, _failOn) = (jsonLines, findings, failOn);
    }

    public RedactTally Tally { get; } = new();

    public bool Refused { get; private set; }

    public async Task FileAsync(string name, Stream output, CancellationToken cancellation)
    {
        await using var input = name == "-" ? Console.OpenStandardInput() : File.OpenRead(name);
        var extension = Path.GetExtension(name).ToLowerInvariant();
        if (_jsonLines) await TextLines.RunAsync(_documents, input, output, _findings, found => Note(name, found, print: false), cancellation);
        else if (extension is ".jsonl" or ".ndjson") await TextStream.RunAsync(new LineSplitter(input), Document, output, found => Note(name, found, _findings), cancellation);
        else if (extension == ".json") await WholeDocumentAsync(name, input, default, output, cancellation);
        else await SniffAsync(name, input, output, cancellation);
    }

    public async Task SummaryAsync()
    {
        if (_jsonLines && !Console.IsErrorRedirected && Tally.Counts.Count == 0) return;
        var types = string.Join(", ", Tally.ByType().Select(t => $"{t.Type} {t.Count}"));
        await Console.Error.WriteLineAsync(types.Length > 0 ? $"redacted: {types}" : "redacted: nothing found");
    }

    /// <summary>Standard input and unknown names: JSON when the first character says so and the whole fits, else text.</summary>
    private async Task SniffAsync(string name, Stream input, Stream output, CancellationToken cancellation)
    {
        var head = new byte[64 * 1024];
        var length = await input.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        var first = head.AsSpan(0, length).IndexOfAnyExcept(" \t\r\n"u8);
        var whole = length < head.Length;
        if (whole && first >= 0 && head[first] is (byte)'{' or (byte)'[' && IsJson(head.AsSpan(0, length)))
            await WholeDocumentAsync(name, Stream.Null, head.AsMemory(0, length), output, cancellation);
        else
            await TextStream.RunAsync(new LineSplitter(input, head.AsMemory(0, length)), Text, output, found => Note(name, found, _findings), cancellation);
    }

    private static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        try
        {
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task WholeDocumentAsync(string name, Stream input, ReadOnlyMemory<byte> head, Stream output, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await buffer.WriteAsync(head, cancellation);
        await input.CopyToAsync(buffer, cancellation);
        var redacted = _documents.RedactJson(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
        await output.WriteAsync(redacted.Json, cancellation);
        Note(name, redacted.Findings, _findings);
    }

    private Utf8Redaction Text(ReadOnlyMemory<byte> block) => _streams.Value.RedactUtf8(block);

    /// <summary>A block of JSON lines, each its own document.</summary>
    private Utf8Redaction Document(ReadOnlyMemory<byte> block)
    {
        using var output = new MemoryStream(block.Length + 1024);
        var findings = new List<Finding>();
        while (block.Length > 0)
        {
            var end = block.Span.IndexOf((byte)'\n');
            var line = end < 0 ? block : block[..end];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                var redacted = _documents.RedactJson(line);
                output.Write(redacted.Json);
                findings.AddRange(redacted.Findings);
            }
            if (end >= 0) output.WriteByte((byte)'\n');
            block = end < 0 ? default : block[(end + 1)..];
        }
        return new Utf8Redaction(output.ToArray(), findings);
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
