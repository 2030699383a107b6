using System.Globalization;
using Approvals.Engine;

namespace Approvals.CrashTests.Child;

/// <summary>A commit of a gate's life, and which side of it.</summary>
/// <param name="Operation">One of <see cref="Operations"/>, or <see cref="AnyOperation"/> to count from the start.</param>
/// <param name="Offset">0 for the commit that makes the operation durable, 1 for the one behind it …</param>
/// <param name="Point">Before it ("not stored") or behind it, when nobody knows yet ("stored").</param>
internal sealed record CommitAt(string Operation, int Offset, CommitPoint Point)
{
    public const string AnyOperation = "commit";

    public static CommitAt Parse(string text)
    {
        string[] words = text.Split(':');
        return new CommitAt(words[0], int.Parse(words[1], CultureInfo.InvariantCulture), Enum.Parse<CommitPoint>(words[2]));
    }

    public override string ToString() => $"{Operation}:{Offset}:{Point}";
}

/// <summary>The writes of an action's life, in their order.</summary>
internal static class Operations
{
    public const string Reserve = "index.reserve";

    /// <summary>The sealed payload, the instance's first record and the document, in one transaction.</summary>
    public const string Accept = "intake.accept";

    /// <summary>The view with what policy says of it, in place of the payload: one transaction.</summary>
    public const string View = "intake.view";

    /// <summary>Once more at the end of an action that was ended from outside.</summary>
    public const string Shred = "vault.shred";
    public const string Review = "index.review";
    public const string Vote = "engine.vote";
    public const string Cancel = "engine.cancel";
    public const string Decision = "ledger.decision";
    public const string Release = "index.release";
    public const string Redemption = "ledger.redemption";
    public const string Redeemed = "index.redeemed";
    public const string Receipt = "ledger.receipt";
    public const string Reported = "index.receipt";
    public const string FollowUp = "ledger.follow-up";
    public const string FollowedUp = "index.follow-up";
    public const string Lend = "delegation.lend";
    public const string Return = "delegation.return";
}
