using Approvals.Policy;

namespace Approvals.Cli.Policy;

/// <summary>Shows a diagnostic with the line it is about and a caret under the place.</summary>
internal static class DiagnosticView
{
    private const int Width = 120;

    internal static void Show(Terminal terminal, PolicyDiagnostic diagnostic, string[] lines)
    {
        var severity = diagnostic.Severity switch
        {
            DiagnosticSeverity.Error => terminal.Red("error"),
            DiagnosticSeverity.Warning => terminal.Yellow("warning"),
            _ => terminal.Blue("note"),
        };
        // Expressions bring their own line and caret below the first line of the message.
        var message = diagnostic.Message.Split('\n');
        terminal.Line($"{terminal.Bold($"{diagnostic.Source}:{diagnostic.Line}:{diagnostic.Column}:")} {severity} {terminal.Dim(diagnostic.Code)}: {message[0]}");
        foreach (var line in message.Skip(1))
            terminal.Line(terminal.Dim(line));
        if (message.Length == 1 && diagnostic.Line >= 1 && diagnostic.Line <= lines.Length)
        {
            var text = lines[diagnostic.Line - 1].TrimEnd('\r').Replace('\t', ' ');
            var at = Math.Clamp(diagnostic.Column - 1, 0, text.Length);
            var from = Math.Clamp(at - (Width / 2), 0, Math.Max(0, text.Length - Width));
            terminal.Line($"{terminal.Dim("  | ")}{text.AsSpan(from, Math.Min(Width, text.Length - from))}");
            terminal.Line(terminal.Dim("  | ") + new string(' ', at - from) + terminal.Red("^"));
        }
        terminal.Line($"  {terminal.Blue("→")} {diagnostic.Remedy}");
    }
}
