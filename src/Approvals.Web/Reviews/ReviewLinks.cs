using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.DataProtection;

namespace Approvals.Web.Reviews;

/// <summary>A personal link. <see cref="Url"/> is a secret: who has it votes as its recipient.</summary>
public sealed record ReviewLink(Uri Url, DateTimeOffset ExpiresAt);

/// <summary>
/// Makes and reads personal review links: encrypted and authenticated by ASP.NET Core Data Protection, bound to action, recipient and
/// stage of one round, good until the stage's deadline. Stateless: nothing is stored, every instance with the same key ring reads them. What
/// makes a link dead before its time (a vote, a new stage, a decision) is looked up when it is used. Calls may overlap.
/// </summary>
public sealed class ReviewLinks(IDataProtectionProvider protection, ApprovalsWebOptions options)
{
    /// <summary>Longest token that is looked at.</summary>
    public const int MaxTokenLength = 2_000;

    // Purpose-bound: no other ciphertext of this application is a link.
    private readonly IDataProtector protector = protection.CreateProtector("Approvals.Web.ReviewLink.v1");

    /// <summary>A link for one eligible person to the open stage of an action that is in review.</summary>
    public ReviewLink Create(ActionDocument document, Principal recipient)
    {
        if (document.Review is not { IsOpen: true } review || document.IsTerminal)
            throw new InvalidOperationException("Review links exist only while an action is in review.");

        DateTimeOffset expiresAt = review.Deadline < document.Request.ExpiresAt ? review.Deadline : document.Request.ExpiresAt;
        string token = protector.Protect(string.Join(
            '\n',
            document.Id,
            recipient.Issuer,
            recipient.Subject,
            review.StageIndex.ToString(CultureInfo.InvariantCulture),
            expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            review.Round.ToString(CultureInfo.InvariantCulture)));
        return new ReviewLink(new Uri(options.PublicUrl, "/review/" + token), expiresAt);
    }

    /// <summary>What a token says. False when it is not one of ours, or was tampered with. Expiry is for the caller to look at.</summary>
    public bool TryRead(string token, [NotNullWhen(true)] out ReviewLinkTarget? target)
    {
        target = null;
        if (token.Length > MaxTokenLength) return false;
        try
        {
            string[] parts = protector.Unprotect(token).Split('\n');
            if (parts.Length is not (5 or 6)) return false; // five before policies could change under a review
            target = new ReviewLinkTarget(
                parts[0],
                new PrincipalId(parts[1], parts[2]),
                int.Parse(parts[3], CultureInfo.InvariantCulture),
                DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[4], CultureInfo.InvariantCulture)),
                parts.Length == 6 ? int.Parse(parts[5], CultureInfo.InvariantCulture) : 0);
            return true;
        }
        catch (Exception tampered) when (tampered is CryptographicException or FormatException)
        {
            return false;
        }
    }
}

/// <summary>What a review link stands for.</summary>
/// <param name="Stage">Index of the stage whose reviewer the recipient is.</param>
/// <param name="Round">Of the review: a change of policy that has the action decided anew begins another, with other stages.</param>
public sealed record ReviewLinkTarget(string ActionId, PrincipalId Recipient, int Stage, DateTimeOffset ExpiresAt, int Round = 0);
