using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.DataProtection;

namespace Approvals.Notifications.Chats;

/// <summary>What a button of a message stands for. It authorizes nobody: who presses it must be somebody whom the stage asks.</summary>
/// <param name="Round">Of the review: a change of policy that has the action decided anew begins another.</param>
/// <param name="ViewDigest">Of the view that the message showed.</param>
public sealed record ChatButton(string ActionId, int Round, int Stage, string ViewDigest)
{
    /// <summary>For the stage that is open.</summary>
    public static ChatButton Of(ActionDocument document) => new(document.Id, document.Review!.Round, document.Review.StageIndex, document.View!.Digest);
}

/// <summary>What an open form stands for: one verdict of one user of a chat on exactly what the form shows.</summary>
/// <param name="Workspace">The chat's own name for where the user is at home: Slack's workspace, the tenant of Teams.</param>
public sealed record ChatForm(ChatButton Button, Verdict Verdict, string Workspace, string UserId, DateTimeOffset OpenedAt)
{
    /// <summary>A form left open longer than this shows too old a picture of the review.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
}

/// <summary>
/// Seals what a chat keeps for us in buttons and forms (Data Protection: encrypted and authenticated), so that it comes back as it was or not at
/// all. Every instance with the same key ring reads it, after any restart.
/// </summary>
/// <param name="chat">Whose: nothing sealed for one chat means anything in another.</param>
public abstract class ChatSeals(IDataProtectionProvider protection, string chat)
{
    /// <summary>Slack's limit for <c>private_metadata</c>; a button's value may have 2,000.</summary>
    private const int MaxLength = 3_000;

    // Purpose-bound: no other ciphertext of this application is a button or a form, nor one the other.
    private readonly IDataProtector buttons = protection.CreateProtector($"Approvals.{chat}.Button.v2");
    private readonly IDataProtector forms = protection.CreateProtector($"Approvals.{chat}.Form.v2");

    public string Seal(ChatButton button) => buttons.Protect(Text(button));

    public string Seal(ChatForm form) => forms.Protect(
        string.Join('\n', Text(form.Button), form.Verdict.ToString(), form.Workspace, form.UserId, Number(form.OpenedAt.ToUnixTimeSeconds())));

    public bool TryOpen(string? text, [NotNullWhen(true)] out ChatButton? button)
    {
        button = Open(buttons, text) is [string id, string round, string stage, string digest] ? Button(id, round, stage, digest) : null;
        return button is not null;
    }

    public bool TryOpen(string? text, [NotNullWhen(true)] out ChatForm? form)
    {
        form = Open(forms, text) is [string id, string round, string stage, string digest, string verdict, string workspace, string user, string opened]
            ? new ChatForm(
                Button(id, round, stage, digest), Enum.Parse<Verdict>(verdict), workspace, user,
                DateTimeOffset.FromUnixTimeSeconds(long.Parse(opened, CultureInfo.InvariantCulture)))
            : null;
        return form is not null;
    }

    private static string Text(ChatButton button) => string.Join('\n', button.ActionId, Number(button.Round), Number(button.Stage), button.ViewDigest);

    private static ChatButton Button(string id, string round, string stage, string digest) =>
        new(id, int.Parse(round, CultureInfo.InvariantCulture), int.Parse(stage, CultureInfo.InvariantCulture), digest);

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
