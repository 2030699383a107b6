using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.DataProtection;

namespace Approvals.Notifications.Slack;

/// <summary>What a button stands for. It authorizes nobody: who presses it must be somebody whom the stage asks.</summary>
/// <param name="ViewDigest">Of the view that the message showed.</param>
public sealed record SlackButton(string ActionId, int Stage, string ViewDigest);

/// <summary>What an open dialog stands for: one verdict of one Slack user on exactly what the dialog shows.</summary>
public sealed record SlackDialog(string ActionId, int Stage, string ViewDigest, Verdict Verdict, string TeamId, string UserId, DateTimeOffset OpenedAt)
{
    /// <summary>A dialog left open longer than this shows too old a picture of the review.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
}

/// <summary>
/// Seals what Slack keeps for us in buttons and dialogs (Data Protection: encrypted and authenticated), so that it comes back as it was or not at
/// all. Every instance with the same key ring reads it, after any restart.
/// </summary>
public sealed class SlackSeals(IDataProtectionProvider protection)
{
    /// <summary>Slack's limit for <c>private_metadata</c>; a button's value may have 2,000.</summary>
    private const int MaxLength = 3_000;

    // Purpose-bound: no other ciphertext of this application is a button or a dialog, nor one the other.
    private readonly IDataProtector buttons = protection.CreateProtector("Approvals.Slack.Button.v1");
    private readonly IDataProtector dialogs = protection.CreateProtector("Approvals.Slack.Dialog.v1");

    public string Seal(SlackButton button) => buttons.Protect(string.Join('\n', button.ActionId, Number(button.Stage), button.ViewDigest));

    public string Seal(SlackDialog dialog) => dialogs.Protect(string.Join(
        '\n', dialog.ActionId, Number(dialog.Stage), dialog.ViewDigest, dialog.Verdict.ToString(), dialog.TeamId, dialog.UserId, Number(dialog.OpenedAt.ToUnixTimeSeconds())));

    public bool TryOpen(string? text, [NotNullWhen(true)] out SlackButton? button)
    {
        button = Open(buttons, text) is [string id, string stage, string digest] ? new SlackButton(id, int.Parse(stage, CultureInfo.InvariantCulture), digest) : null;
        return button is not null;
    }

    public bool TryOpen(string? text, [NotNullWhen(true)] out SlackDialog? dialog)
    {
        dialog = Open(dialogs, text) is [string id, string stage, string digest, string verdict, string team, string user, string opened]
            ? new SlackDialog(
                id, int.Parse(stage, CultureInfo.InvariantCulture), digest, Enum.Parse<Verdict>(verdict), team, user,
                DateTimeOffset.FromUnixTimeSeconds(long.Parse(opened, CultureInfo.InvariantCulture)))
            : null;
        return dialog is not null;
    }

    private static string[] Open(IDataProtector protector, string? text)
    {
        if (text is not { Length: > 0 and <= MaxLength }) return [];
        try
        {
            return protector.Unprotect(text).Split('\n');
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
