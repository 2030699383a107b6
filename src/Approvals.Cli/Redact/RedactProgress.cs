using System.Globalization;
using Approvals.Cli.Output;

namespace Approvals.Cli.Redact;

/// <summary>How far a long run is, on standard error: a line that rewrites itself for a person, a line every ten seconds for a log. Quiet for the first two seconds.</summary>
/// <param name="isMuted">Says nothing: a program reads findings from standard error.</param>
internal sealed class RedactProgress(TimeProvider time, bool isMuted)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private readonly long _start = time.GetTimestamp();
    private TimeSpan _last;
    private string _file = "";
    private long _size;
    private long _ofFile;
    private long _bytes;
    private bool _shown;

    /// <summary>A file begins; size 0 when nobody knows it.</summary>
    public void Begin(string file, long size) => (_file, _size, _ofFile) = (file, size, 0);

    public void Add(long bytes)
    {
        _bytes += bytes;
        _ofFile += bytes;
        var elapsed = time.GetElapsedTime(_start);
        var pause = Terminal.Error.IsTerminal ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(10);
        if (isMuted || elapsed < Quiet || (_shown && elapsed - _last < pause)) return;
        (_last, _shown) = (elapsed, true);
        var part = _size >= _ofFile && _size > 0 ? string.Create(CultureInfo.InvariantCulture, $"{_ofFile / 1e6:0} of {_size / 1e6:0} MB ({_ofFile * 100 / _size} %)") : string.Create(CultureInfo.InvariantCulture, $"{_ofFile / 1e6:0} MB");
        var text = string.Create(CultureInfo.InvariantCulture, $"redacting {Terminal.Clean(_file)}: {part}, {_bytes / 1e6 / elapsed.TotalSeconds:0} MB/s");
        if (Terminal.Error.IsTerminal) Terminal.Error.Progress(text);
        else Terminal.Error.Line(text);
    }

    public void End()
    {
        if (_shown) Terminal.Error.EndProgress();
    }
}
