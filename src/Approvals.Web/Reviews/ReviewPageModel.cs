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
/// <param name="Proof">Sealed: what was read so far; leads to the next part of a long view.</param>
/// <param name="Error">What to correct, or <see langword="null"/>.</param>
public sealed record ReviewForm(string PostUrl, string Guard, string Proof, string Justification, string? Error);

/// <summary>Everything that the review page shows, made ready: the component only lays it out.</summary>
public sealed class ReviewPageModel
{
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

    /// <summary>The target when it is one line of text; otherwise it is among the <see cref="Stretches"/>.</summary>
    public string? TargetText { get; private init; }

    /// <summary>What of the view is on this page.</summary>
    public IReadOnlyList<ViewStretch> Stretches { get; private init; } = [];

    public JsonLine? Justification { get; private init; }

    /// <summary>1 for the first.</summary>
    public int Part { get; private init; }

    public int Parts { get; private init; }

    /// <summary>How many parts were shown to this reviewer in this reading, this one included.</summary>
    public int Seen { get; private init; }

    public int Lines { get; private init; }

    public bool IsTooLong { get; private init; }

    /// <summary>INVARIANT: only a page that ends a reading of every part offers to approve (promise 10).</summary>
    public bool MayApprove => Seen == Parts && !IsTooLong;

    /// <summary>Whether this person, being signed in, may consent to going past the review.</summary>
    public bool MayBreakGlass { get; init; }

    /// <summary>Who is away and is heard by this vote.</summary>
    public Principal? StandsInFor => Review.SpeaksFor(Reviewer, Now) is { } absent
        ? Reviewer.Lent?.Select(lent => lent.From).FirstOrDefault(from => (from.Issuer, from.Subject) == (absent.Issuer, absent.Subject))
        : null;

    /// <summary>Characters that hide, and letters that look like others, anywhere in the view.</summary>
    public int Oddities { get; private init; }

    public IReadOnlyList<IGrouping<string, Finding>> FindingsByType { get; private init; } = [];

    internal static ReviewPageModel Create(
        ActionDocument document, Principal reviewer, DateTimeOffset now, ViewLayout layout, int part, Reading reading, ReviewForm form, SignedIn? person, bool mayBreakGlass)
    {
        RedactedView view = document.View!;
        bool isText = view.Content.TryGetProperty("target", out JsonElement target) && target.ValueKind == JsonValueKind.String && !target.GetString()!.Contains('\n');
        return new ReviewPageModel(document, reviewer, now, form, person)
        {
            TargetText = isText ? target.GetString() : null,
            Stretches = [.. layout.Parts[part - 1].Where(stretch => !isText || stretch.Name != "target")],
            Justification = ViewLayout.JustificationOf(view),
            Part = part,
            Parts = layout.Parts.Count,
            Seen = reading.Seen,
            Lines = layout.Lines,
            IsTooLong = layout.IsTooLong,
            Oddities = layout.Oddities,
            MayBreakGlass = mayBreakGlass,
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
}
