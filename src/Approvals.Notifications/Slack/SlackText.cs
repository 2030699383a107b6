using System.Text;
using System.Text.Json.Nodes;

namespace Approvals.Notifications.Slack;

/// <summary>
/// Puts other people's text into Block Kit so that it stays text. One line goes into <c>plain_text</c>, which has no formatting, links or
/// mentions; several lines go into a code fence of <c>mrkdwn</c> that they cannot close. The three characters that Slack gives a meaning
/// everywhere are escaped: https://docs.slack.dev/messaging/formatting-message-text/#escaping
/// </summary>
internal static class SlackText
{
    /// <summary>Slack takes 3,000 characters in a text object; the fence and a label need some.</summary>
    private const int MaxFenced = 2_900;

    public static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    public static JsonObject Plain(string line) => new() { ["type"] = "plain_text", ["text"] = Escape(line), ["emoji"] = false };

    /// <summary>Our own words only: they are formatted.</summary>
    public static JsonObject Ours(string markdown) => new() { ["type"] = "mrkdwn", ["text"] = markdown, ["verbatim"] = true };

    /// <summary>Sections that show a text literally and whole, in as many as it needs.</summary>
    /// <param name="label">Ours.</param>
    public static IEnumerable<JsonObject> Fenced(string label, string text)
    {
        string heading = $"*{label}*\n";
        foreach (string chunk in Chunks(text, MaxFenced - heading.Length))
        {
            yield return Section(Ours($"{heading}```\n{chunk}\n```"));
            heading = "";
        }
    }

    public static JsonObject Section(JsonObject text) => new() { ["type"] = "section", ["text"] = text };

    /// <summary>The text escaped, cut between characters into pieces of at most so many; at a line's end where there is one.</summary>
    private static IEnumerable<string> Chunks(string text, int max)
    {
        var chunk = new StringBuilder();
        int lineEnd = 0; // behind the last line feed in the chunk
        bool afterTick = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            // Two backticks in a row could become three with what is around them, and three end the fence.
            bool isTick = rune.Value == '`';
            string piece = isTick && afterTick ? "⟦U+0060⟧" : rune.Value switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", _ => rune.ToString() };
            afterTick = isTick && !afterTick;
            if (chunk.Length + piece.Length > max)
            {
                int cut = lineEnd > 0 ? lineEnd : chunk.Length;
                string rest = chunk.ToString(cut, chunk.Length - cut);
                chunk.Length = cut;
                yield return chunk.ToString().TrimEnd('\n');
                chunk.Clear().Append(rest);
                lineEnd = 0;
            }

            chunk.Append(piece);
            if (rune.Value == '\n') lineEnd = chunk.Length;
        }

        yield return chunk.Length == 0 ? " " : chunk.ToString();
    }
}
