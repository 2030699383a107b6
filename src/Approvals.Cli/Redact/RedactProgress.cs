using System.Globalization;
using Approvals.Cli.Output;

namespace Approvals.Cli.Redact;

/// <summary>How far a long run is, on standard error: a line that rewrites itself for a person, a line every ten seconds for a log. Quiet for the first two seconds.</summary>
internal sealed class RedactProgress(TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private readonly long _start = time.GetTimestamp();
    private TimeSpan _last;
    private long _bytes;
    private bool _shown;

    public void Add(string file, long bytes)
    {
        _bytes += bytes;
        var elapsed = time.GetElapsedTime(_start);
        var pause = Terminal.Error.IsTerminal ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(10);
        if (elapsed < Quiet || (_shown && elapsed - _last < pause)) return;
        (_last, _shown) = (elapsed, true);
        var text = string.Create(CultureInfo.InvariantCulture, $"redacting {Terminal.Clean(file)}: {_bytes / 1e6:0} MB, {_bytes / 1e6 / elapsed.TotalSeconds:0} MB/s");
        if (Terminal.Error.IsTerminal) Terminal.Error.Progress(text);
        else Terminal.Error.Line(text);
    }

    public void End()
    {
        if (_shown) Terminal.Error.EndProgress();
    }
}
