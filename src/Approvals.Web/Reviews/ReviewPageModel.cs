using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Approvals.Ledger.Json;
using Approvals.Policy;
using Approvals.Redaction;
using Approvals.Web.Pages;
using Approvals.Web.Pages.Parts;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Reviews;

/// <summary>What the form of a review page holds: where it goes, what guards it, and what was typed when it comes back with an error.</summary>
/// <param name="WholeUrl">Where the whole view is shown, when this page does not.</param>
/// <param name="Error">What to correct, or <see langword="null"/>.</param>
public sealed record ReviewForm(string PostUrl, string Guard, string WholeUrl, string Justification, string? Error);

/// <summary>Everything that the review page shows, made ready: the component only lays it out.</summary>
public sealed class ReviewPageModel
{
    /// <summary>A view beyond this is shown in part first, and can be approved only from the page that shows the whole of it.</summary>
    public const int LongViewLines = 1_200;

    private const int PreviewLines = 200;

    /// <summary>What the requester wrote, in the order of the page.</summary>
    private static readonly string[] Parts = ["target", "parameters", "context", "justification"];

    private ReviewPageModel(ActionDocument document, Principal reviewer, DateTimeOffset now, ReviewForm form, SignedIn? person)
    {
        (Document, Reviewer, Now, Form, Person) = (document, reviewer, now, form, person);
    }

    public ActionDocument Document { get; }

    public Principal Reviewer { get; }

    public DateTimeOffset Now { get; }

    public ReviewForm Form { get; }

    public SignedIn? Person { get; }

    public Review Review => Document.Review!;

    public ReviewStage Stage => Review.Stage;

    public RedactedView View => Document.View!;

    /// <summary>The target when it is one line of text; otherwise it is in <see cref="TargetLines"/>.</summary>
    public string? TargetText { get; private init; }

    public IReadOnlyList<JsonLine> TargetLines { get; private init; } = [];

    public IReadOnlyList<JsonLine> ParameterLines { get; private init; } = [];

    public IReadOnlyList<JsonLine> ContextLines { get; private init; } = [];

    public JsonLine? Justification { get; private init; }

    /// <summary>Whether every line of the view is on this page. INVARIANT: only then does it offer to approve (promise 10).</summary>
    public bool IsWhole { get; private init; }

    public int HiddenLines { get; private init; }

    /// <summary>Characters that hide, and letters that look like others, anywhere in the view.</summary>
    public int Oddities { get; private init; }

    public IReadOnlyList<IGrouping<string, Finding>> FindingsByType { get; private init; } = [];

    /// <summary>Whether a view is too long for one look.</summary>
    public static bool IsLong(RedactedView view) => Layout(view).Sum(part => part.Lines.Count) > LongViewLines;

    public static ReviewPageModel Create(
        ActionDocument document, Principal reviewer, DateTimeOffset now, bool whole, ReviewForm form, SignedIn? person)
    {
        RedactedView view = document.View!;
        (string Name, List<JsonLine> Lines)[] parts = Layout(view);
        int total = parts.Sum(part => part.Lines.Count);
        bool isWhole = whole || total <= LongViewLines;
        int oddities = parts.Sum(part => part.Lines.Sum(line => line.Runs.Count(run => run.Css == "odd")));
        int hidden = isWhole ? 0 : parts.Sum(part => Math.Max(0, part.Lines.Count - PreviewLines));

        List<JsonLine> Lines(string name) => parts.FirstOrDefault(part => part.Name == name).Lines is { } lines
            ? isWhole || lines.Count <= PreviewLines ? lines : lines[..PreviewLines]
            : [];

        bool isText = view.Content.TryGetProperty("target", out JsonElement target) && target.ValueKind == JsonValueKind.String && !target.GetString()!.Contains('\n');
        return new ReviewPageModel(document, reviewer, now, form, person)
        {
            TargetText = isText ? target.GetString() : null,
            TargetLines = Lines("target"),
            ParameterLines = Lines("parameters"),
            ContextLines = Lines("context"),
            Justification = JustificationLine(view),
            IsWhole = isWhole,
            HiddenLines = hidden,
            Oddities = oddities,
            FindingsByType = [.. view.Findings.GroupBy(finding => finding.Type).OrderByDescending(type => type.Count()).ThenBy(type => type.Key, StringComparer.Ordinal)],
        };
    }

    /// <summary>
    /// INVARIANT: the digest that a vote names is of what the page shows, so it is computed again from what is about to be shown.
    /// </summary>
    public static void RequireIntact(RedactedView view)
    {
        string digest = Sha256Digest.Of(CanonicalJson.Canonicalize(view.Content, ActionPayload.MaxBytes * 2));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(digest), Encoding.UTF8.GetBytes(view.Digest)))
            throw new InvalidOperationException("The stored view is not the one that its digest names.");
    }

    private static (string Name, List<JsonLine> Lines)[] Layout(RedactedView view) =>
    [
        .. Parts
            .Where(name => view.Content.TryGetProperty(name, out JsonElement part) && part.ValueKind != JsonValueKind.Null)
            .Select(name => (name, JsonLines.Of(view.Content.GetProperty(name), "/" + name, view.Findings))),
    ];

    private static JsonLine? JustificationLine(RedactedView view)
    {
        if (!view.Content.TryGetProperty("justification", out JsonElement json) || json.ValueKind != JsonValueKind.String) return null;
        var line = new JsonLine(0, true, []);
        JsonLines.AddText(line, json.GetString()!, "plain", view.Findings.Where(finding => finding.Pointer == "/justification"));
        return line.Runs.Count > 0 ? line : null;
    }
}
