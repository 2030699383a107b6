namespace Approvals.Cli.Policy;

/// <summary>Colours where a terminal shows them; plain text for pipes, <c>NO_COLOR</c> (no-color.org) and <c>TERM=dumb</c>.</summary>
internal sealed class Terminal(TextWriter output, bool colours)
{
    internal static Terminal Of(TextWriter output) => new(
        output,
        ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") != "dumb");

    internal TextWriter Output { get; } = output;

    internal string Red(string text) => Paint("31", text);

    internal string Green(string text) => Paint("32", text);

    internal string Yellow(string text) => Paint("33", text);

    internal string Blue(string text) => Paint("36", text);

    internal string Bold(string text) => Paint("1", text);

    internal string Dim(string text) => Paint("2", text);

    internal void Line(string text = "") => Output.WriteLine(text);

    private string Paint(string code, string text) => colours && text.Length > 0 ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
