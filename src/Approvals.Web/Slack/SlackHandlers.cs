using System.Text.Json.Nodes;
using Approvals.Notifications.Chats;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Slack;
using Approvals.Web.Chats;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Web.Votes;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Approvals.Web.Slack;

/// <summary>
/// What people do in Slack: a button opens a dialog with the whole view, and the dialog's form is a vote, cast as one from the page is. Slack
/// waits three seconds for an answer.
/// </summary>
public static class SlackHandlers
{
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(2.5);

    /// <summary>How long a form waits to see its vote counted; it counts later just as well.</summary>
    private static readonly TimeSpan CountWait = TimeSpan.FromSeconds(2);

    /// <summary><c>POST /slack/interactions</c></summary>
    public static Task<IResult> InteractAsync(HttpContext context) => Api.AnybodyAsync(context, async exchange =>
    {
        if (context.RequestServices.GetService<SlackRequests>() is not { } requests) throw Exchange.NotFound();
        ReadOnlyMemory<byte> body = await RequestBody.ReadBytesAsync(
            exchange.Request, "application/x-www-form-urlencoded", SlackInteraction.MaxBodyBytes, exchange.Aborted);
        SlackInteraction interaction = await AdmitAsync(exchange, requests, body);
        return interaction.Type switch
        {
            SlackInteraction.BlockActions => await OpenAsync(exchange, interaction),
            SlackInteraction.ViewSubmission => await VoteAsync(exchange, interaction),
            _ => Results.Ok(),
        };
    });

    /// <summary>INVARIANT: nothing is looked at before Slack's signature holds, and nothing twice.</summary>
    private static async Task<SlackInteraction> AdmitAsync(Exchange exchange, SlackRequests requests, ReadOnlyMemory<byte> body)
    {
        string? signature = Header(exchange, SlackSignature.SignatureHeader);
        bool isGenuine;
        try
        {
            isGenuine = requests.IsGenuine(Header(exchange, SlackSignature.TimestampHeader), signature, body.Span);
        }
        catch (DeliveryRefusedException)
        {
            throw new ProblemException(ProblemTypes.NotReady, "The gate cannot read its Slack signing secret; tell the operator.");
        }

        if (!isGenuine || signature is null)
            throw new ProblemException(ProblemTypes.Unauthenticated, "Sign the request as Slack does, within five minutes.");
        if (!await requests.IsFirstAsync(signature, exchange.Aborted))
            throw new ProblemException(ProblemTypes.Unauthenticated, "This request was taken before; Slack sends each once.");
        return SlackInteraction.Parse(body) ?? throw new ProblemException(ProblemTypes.BadRequest, "Send an interaction as Slack does.");
    }

    /// <summary>A button of a message: opens a dialog, or says in one why not.</summary>
    private static async Task<IResult> OpenAsync(Exchange exchange, SlackInteraction interaction)
    {
        Verdict? verdict = interaction.ActionId switch
        {
            SlackMessages.ApproveAction => Verdict.Approve,
            SlackMessages.DenyAction => Verdict.Deny,
            _ => null, // a link, which Slack opened itself
        };
        if (verdict is not { } chosen || interaction.TriggerId is not { } trigger) return Results.Ok();

        JsonObject view = await DialogAsync(exchange, interaction, chosen);
        using var timeout = new CancellationTokenSource(OpenTimeout, exchange.Service<TimeProvider>());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, exchange.Aborted);
        string? code;
        try
        {
            (Delivery opened, _) = await exchange.Service<SlackApi>().CallAsync(
                "views.open", new JsonObject { ["trigger_id"] = trigger, ["view"] = view }, either.Token);
            code = opened.Code;
        }
        catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException or DeliveryRefusedException)
        {
            code = failed.GetType().Name;
        }

        if (code is not null) exchange.Service<ILoggerFactory>().CreateLogger("Approvals.Web.Slack").LogWarning("A Slack dialog did not open: {Code}", code);
        return Results.Ok();
    }

    private static async Task<JsonObject> DialogAsync(Exchange exchange, SlackInteraction interaction, Verdict verdict)
    {
        var dialogs = exchange.Service<SlackDialogs>();
        if (!exchange.Service<SlackSeals>().TryOpen(interaction.Value, out ChatButton? button))
            return dialogs.Notice("This button is not one of this gate's, or too old. Open the review page from the newest message.", null);
        ChatSeat seat = await TakeSeatAsync(exchange, interaction, button);
        return seat.Refusal is { } why
            ? dialogs.Notice(why, seat.Document?.Id)
            : dialogs.Vote(new ChatForm(button, verdict, interaction.TeamId, interaction.UserId, exchange.Now), seat.Document!);
    }

    private static Task<ChatSeat> TakeSeatAsync(Exchange exchange, SlackInteraction interaction, ChatButton button) =>
        ChatSeat.TakeAsync(exchange, exchange.Service<SlackRequests>().PersonOf(interaction), button, "Slack");

    /// <summary>A dialog's form: a vote.</summary>
    private static async Task<IResult> VoteAsync(Exchange exchange, SlackInteraction interaction)
    {
        if (interaction.CallbackId != SlackDialogs.CallbackId) return Results.Ok();
        if (!exchange.Service<SlackSeals>().TryOpen(interaction.Value, out ChatForm? dialog)
            || dialog.Workspace != interaction.TeamId || dialog.UserId != interaction.UserId)
            return Update(exchange, "This dialog is not yours. Open it from the message again.", null);
        if (exchange.Now - dialog.OpenedAt > ChatForm.Lifetime) return Update(exchange, "This dialog was open for too long. Open it from the message again.", null);

        ChatSeat seat = await TakeSeatAsync(exchange, interaction, dialog.Button);
        if (seat.Refusal is { } why) return Update(exchange, why, seat.Document?.Id);
        try
        {
            (_, bool isCounted) = await exchange.Service<Ballot>().CastAsync(
                seat.Document!, seat.Reviewer!, ChatSeat.Assurance, new Choice(dialog.Verdict, interaction.Justification ?? "", dialog.Button.ViewDigest), exchange.Aborted, CountWait);
            string done = dialog.Verdict == Verdict.Approve ? "You approved." : "You denied.";
            return Update(exchange, isCounted ? $"{done} Your vote counts." : $"{done} Your vote is queued and counts in a moment.", null);
        }
        catch (ProblemException refused) when (refused.Pointer == "/justification")
        {
            return Answer.Ok(new JsonObject
            {
                ["response_action"] = "errors",
                ["errors"] = new JsonObject { [SlackDialogs.JustificationBlock] = refused.Message },
            });
        }
        catch (ProblemException refused)
        {
            return Update(exchange, refused.Message, dialog.Button.ActionId);
        }
    }

    /// <summary>The dialog makes place for a sentence.</summary>
    private static JsonAnswer<JsonObject> Update(Exchange exchange, string sentence, string? actionId) => Answer.Ok(new JsonObject
    {
        ["response_action"] = "update",
        ["view"] = exchange.Service<SlackDialogs>().Notice(sentence, actionId),
    });

    private static string? Header(Exchange exchange, string name) => exchange.Request.Headers[name] is { Count: 1 } values ? values[0] : null;
}
