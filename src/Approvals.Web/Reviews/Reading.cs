using System.Globalization;
using Approvals.Workflow.Actions;

namespace Approvals.Web.Reviews;

/// <summary>
/// How far one reviewer has read one view, and since when. It travels sealed, from page to page in a link and from the last page in the form
/// (<see cref="Pages.FormGuard"/>), so that nobody can claim to have read what was not shown to them; the server keeps nothing.
/// </summary>
/// <param name="Parts">How many parts the view had when it was shown.</param>
/// <param name="Seen">Parts 1 to so many were shown, each after the one before it.</param>
/// <param name="OpenedAt">When the first of them was.</param>
internal sealed record Reading(string ViewDigest, int Parts, int Seen, DateTimeOffset OpenedAt)
{
    // INVARIANT: only who was shown every part approves (promise 10).
    public bool IsWhole => Seen == Parts;

    public static Reading Begin(RedactedView view, int parts, DateTimeOffset now) => new(view.Digest, parts, 0, now);

    /// <summary>This reading if it is of this view in so many parts; otherwise a new one: a proof of other pages proves nothing.</summary>
    public Reading For(RedactedView view, int parts, DateTimeOffset now) =>
        ViewDigest == view.Digest && Parts == parts && Seen <= parts ? this : Begin(view, parts, now);

    /// <summary>With this part shown too.</summary>
    public Reading With(int part) => part > Seen ? this with { Seen = part } : this;

    public string Write() =>
        string.Create(CultureInfo.InvariantCulture, $"{ViewDigest} {Parts} {Seen} {OpenedAt.ToUnixTimeMilliseconds()}");

    /// <param name="text">As <see cref="Write"/> made it: it comes out of a seal, so anything else is a defect.</param>
    public static Reading Parse(string text)
    {
        string[] fields = text.Split(' ');
        return new Reading(
            fields[0],
            int.Parse(fields[1], CultureInfo.InvariantCulture),
            int.Parse(fields[2], CultureInfo.InvariantCulture),
            DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(fields[3], CultureInfo.InvariantCulture)));
    }

    public int Seconds(DateTimeOffset now) => (int)Math.Clamp((now - OpenedAt).TotalSeconds, 0, int.MaxValue);
}
