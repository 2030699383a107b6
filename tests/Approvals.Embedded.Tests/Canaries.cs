using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Approvals.Embedded.Tests;

/// <summary>Unique values, one of each kind that redaction finds and none of them anybody's, and the looking for them (promise 5).</summary>
internal static class Canaries
{
    public static IReadOnlyList<string> Values { get; } =
    [
        "canary.q7x2w9@nest.example",
        "+49 1512 8841973",
        "4929608327449914",
        "DE75512108001245126199",
        "198.51.100.187",
        "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",
        "AKIAQZ7WXN5KD2RTB4VJ",
        "canary-Pa55-Kx9vTq2LmZ",
    ];

    /// <summary>A request that carries all of them, in every part that a request has.</summary>
    public static JsonObject Request() => new()
    {
        ["type"] = "data.export",
        ["target"] = new JsonObject { ["destination"] = "s3://partner-inbound/2026/", ["owner"] = Values[0] },
        ["parameters"] = new JsonObject
        {
            ["note"] = $"call {Values[1]} or write to {Values[0]}",
            ["card"] = Values[2],
            ["iban"] = Values[3],
            ["from"] = Values[4],
            ["env"] = $"GITHUB_TOKEN={Values[5]}\nAWS_ACCESS_KEY_ID={Values[6]}",
            ["login"] = new JsonObject { ["password"] = Values[7] },
        },
        ["context"] = new JsonObject { ["requestedBy"] = Values[0], ["line"] = $"password={Values[7]}" },
        ["justification"] = $"Asked for by {Values[0]} from {Values[4]}.",
    };

    /// <summary>Fails when a value is anywhere in these places: as UTF-8 or UTF-16, in base64, in a URL, in HTML or in JSON.</summary>
    public static void AssertNowhere(IEnumerable<(string Name, byte[] Bytes)> places)
    {
        int count = 0;
        foreach ((string name, byte[] bytes) in places)
        {
            count++;
            foreach (string canary in Values)
            {
                Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(canary)) < 0, $"A canary is in {name}, as UTF-16.");
                foreach (string form in FormsOf(canary)) Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(form)) < 0, $"A canary is in {name}.");
            }
        }

        Assert.NotEqual(0, count);
    }

    private static IEnumerable<string> FormsOf(string text)
    {
        yield return text;
        yield return Uri.EscapeDataString(text);
        yield return WebUtility.UrlEncode(text);
        yield return WebUtility.HtmlEncode(text);
        yield return System.Text.Json.JsonSerializer.Serialize(text)[1..^1];

        // Base64, at each of the three positions that the text can begin at; without the characters at the edges.
        for (int lead = 0; lead < 3; lead++)
            yield return Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', lead) + text)).TrimEnd('=')[4..^2];
    }
}
