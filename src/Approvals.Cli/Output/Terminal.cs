using System.Text;

namespace Approvals.Cli.Output;

/// <summary>
/// Text for people: colours where a person looks (a terminal, and neither NO_COLOR nor TERM=dumb), plain text where a program reads. What comes from a
/// gate is cleaned of control characters first: a terminal obeys escape sequences, and text in an action is anybody's.
/// </summary>
internal sealed class Terminal
{
    private readonly TextWriter writer;

    public Terminal(TextWriter writer, bool isTerminal, bool colours)
    {
        (this.writer, IsTerminal, Colours) = (writer, isTerminal, colours);
    }

    public static Terminal Out { get; } = ForConsole(Console.Out, Console.IsOutputRedirected);

    public static Terminal Error { get; } = ForConsole(Console.Error, Console.IsErrorRedirected);

    /// <summary>Whether a person looks at it.</summary>
    public bool IsTerminal { get; }

    public bool Colours { get; }

    public void Line(string text = "")
    {
        lock (writer) writer.WriteLine(text);
    }

    /// <summary>Text that another program reads: unchanged, whatever the terminal.</summary>
    public void Raw(string text)
    {
        lock (writer)
        {
            writer.Write(text);
            if (!text.EndsWith('\n')) writer.WriteLine();
        }
    }

    public string Bold(string text) => Paint("1", text);

    public string Dim(string text) => Paint("2", text);

    public string Red(string text) => Paint("31", text);

    public string Green(string text) => Paint("32", text);

    public string Yellow(string text) => Paint("33", text);

    public string Blue(string text) => Paint("36", text);

    /// <summary>The status of an action, in the colour that people expect.</summary>
    public string Status(string status) => status switch
    {
        "approved" => Green(status),
        "denied" or "expired" or "canceled" => Red(status),
        _ => Yellow(status),
    };

    /// <summary>Rewrites the last line: progress for people; nothing where a program reads.</summary>
    public void Progress(string text)
    {
        if (!IsTerminal) return;
        lock (writer)
        {
            writer.Write($"\r\u001b[K{text}");
            writer.Flush();
        }
    }

    public void EndProgress() => Progress("");

    /// <summary>Without control characters, and without the marks that make text run backwards.</summary>
    public static string Clean(string text)
    {
        if (!text.Any(IsUnsafe)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (char c in text) clean.Append(IsUnsafe(c) ? '\uFFFD' : c);
        return clean.ToString();
    }

    private static bool IsUnsafe(char c) =>
        (char.IsControl(c) && c is not ('\n' or '\t')) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F';

    private static Terminal ForConsole(TextWriter writer, bool redirected)
    {
        bool noColour = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") is "dumb";
        return new Terminal(writer, !redirected, !redirected && !noColour);
    }

    private string Paint(string code, string text) => Colours ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
