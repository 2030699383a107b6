using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Ledger.Tokens;
using Approvals.Notifications.Chats;
using Approvals.Notifications.Teams;
using Approvals.Web.Chats;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using InvokeResponse = Approvals.Web.Requests.JsonAnswer<System.Text.Json.Nodes.JsonObject>;

namespace Approvals.Web.Teams;

/// <summary>
/// What people do in Teams, as the Bot Connector tells it: a card turns into each person's own, and its form is a vote, cast as one from the page is.
/// </summary>
/// <remarks>
/// Nothing is remembered against replays: a token is good for many calls, so its like says nothing about a call; whoever has one can write calls and need
/// not repeat any. To look again changes nothing, and a vote that comes twice counts once, by its voter, round and stage.
/// </remarks>
public static class TeamsHandlers
{
    private const string Bearer = "Bearer ";

    /// <summary>How long a form waits to see its vote counted; it counts later just as well.</summary>
    private static readonly TimeSpan CountWait = TimeSpan.FromSeconds(4);

    /// <summary><c>POST /teams/messages</c></summary>
    public static Task<IResult> ReceiveAsync(HttpContext context) => Api.AnybodyAsync(context, async exchange =>
    {
        if (context.RequestServices.GetService<TeamsBotOptions>() is not { } bot) throw Exchange.NotFound();
        TeamsActivity activity = await AdmitAsync(exchange, bot);
        if (activity.Action is not { } action) return Results.Ok();
        try
        {
            return await ActAsync(new Turn(exchange, bot, activity, action));
        }
        catch (Exception failed) when (Api.ProblemOf(failed) is { } problem)
        {
            return Error(problem.Message, problem.Type.Status >= StatusCodes.Status500InternalServerError);
        }
    });

    /// <summary>INVARIANT: nothing is looked at before Microsoft's signature holds, and nothing of another tenant at all. Why not is told to the log alone.</summary>
    private static async Task<TeamsActivity> AdmitAsync(Exchange exchange, TeamsBotOptions bot)
    {
        string? header = exchange.Request.Headers.Authorization is { Count: 1 } values ? values[0] : null;
        if (header is null || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) throw Refused(exchange, "token_missing");
        VerifiedToken token = await exchange.Service<TeamsTokens>().VerifyAsync(header[Bearer.Length..], exchange.Aborted);
        if (token.Claims is not { } claims) throw Refused(exchange, token.Failure!.Code);

        TeamsActivity activity = TeamsActivity.Read(await RequestBody.ReadJsonAsync(exchange.Request, exchange.Aborted))
            ?? throw new ProblemException(ProblemTypes.BadRequest, "Send an activity as the Bot Connector does.");
        if (ServiceUrlOf(claims) is not { } serviceUrl || serviceUrl != activity.ServiceUrl) throw Refused(exchange, "serviceurl_mismatch");
        if (activity.ChannelId != TeamsActivity.TeamsChannelId) throw Refused(exchange, "channel_mismatch");
        if (activity.Tenants.Count == 0 || activity.Tenants.Any(tenant => !tenant.Equals(bot.TenantId, StringComparison.OrdinalIgnoreCase))) throw Refused(exchange, "tenant_mismatch");
        return activity;
    }

    private static string? ServiceUrlOf(JwtClaims claims) =>
        claims.Json.TryGetProperty(TeamsTokens.ServiceUrlClaim, out JsonElement claim) && claim.ValueKind == JsonValueKind.String ? claim.GetString() : null;

    private static Task<InvokeResponse> ActAsync(Turn turn)
    {
        // What a conversation was shown, its members may see; a card that stands anywhere else is not one of ours.
        if (!turn.Bot.Conversations.Values.Contains(turn.Activity.Conversation)) return Task.FromResult(Error("Cards of this gate work where the gate has posted them, and nowhere else."));
        return turn.Action.Verb switch
        {
            TeamsBotCards.RefreshVerb => RefreshAsync(turn),
            TeamsBotCards.ApproveVerb => VoteAsync(turn, Verdict.Approve),
            TeamsBotCards.DenyVerb => VoteAsync(turn, Verdict.Deny),
            _ => Task.FromResult(Error("This gate does not know that button. Open the review page from the newest message.")),
        };
    }

    private static Task<InvokeResponse> RefreshAsync(Turn turn) => turn.Exchange.Service<TeamsSeals>().TryOpen(turn.Action.Seal, out ChatButton? button)
        ? ShowAsync(turn, button)
        : Task.FromResult(Error("This card is not one of this gate's, or too old. Open the review page from the newest message."));

    /// <summary>A form's button: a vote.</summary>
    private static async Task<InvokeResponse> VoteAsync(Turn turn, Verdict verdict)
    {
        Exchange exchange = turn.Exchange;
        if (!exchange.Service<TeamsSeals>().TryOpen(turn.Action.Seal, out ChatForm? form)
            || form.Verdict != verdict || form.Workspace != turn.Bot.TenantId || form.UserId != turn.Activity.UserId)
            return Error("This form is not yours. Press 'Decide here' on the card in the conversation.");
        if (exchange.Now - form.OpenedAt > ChatForm.Lifetime) return await ShowAsync(turn, form.Button, "This form was open for too long. Read the request again and decide.");
        string justification = turn.Action.Justification ?? "";
        if (justification.Length > Ballot.MaxJustification) return await ShowAsync(turn, form.Button, $"Write at most {Ballot.MaxJustification:N0} characters.");

        ChatSeat seat = await TakeSeatAsync(turn, form.Button);
        if (seat.Refusal is { } why) return await SeenAsync(turn, form.Button, seat.Document, why);
        try
        {
            (ActionDocument document, bool isCounted) = await exchange.Service<Ballot>().CastAsync(
                seat.Document!, seat.Reviewer!, ChatSeat.Assurance, new Choice(verdict, justification, form.Button.ViewDigest), exchange.Aborted, CountWait);
            string done = verdict == Verdict.Approve ? "You approved." : "You denied.";
            return await SeenAsync(turn, form.Button, document, isCounted ? $"{done} Your vote counts." : $"{done} Your vote is queued and counts in a moment.");
        }
        catch (ProblemException refused)
        {
            return await ShowAsync(turn, form.Button, refused.Message);
        }
    }

    /// <summary>The card as it is for this person now.</summary>
    /// <param name="sentence">What to correct in the form.</param>
    private static async Task<InvokeResponse> ShowAsync(Turn turn, ChatButton button, string? sentence = null)
    {
        ChatSeat seat = await TakeSeatAsync(turn, button);
        if (seat.Refusal is { } why) return await SeenAsync(turn, button, seat.Document, why);
        JsonObject form = turn.Exchange.Service<TeamsBotCards>().Form(
            seat.Document!, turn.Bot.TenantId, turn.Activity.UserId!, turn.Exchange.Now, sentence, turn.Action.Justification);
        return Card(form);
    }

    /// <param name="document">When it is read already.</param>
    private static async Task<InvokeResponse> SeenAsync(Turn turn, ChatButton button, ActionDocument? document, string sentence)
    {
        document ??= await turn.Exchange.Index.GetAsync(button.ActionId, turn.Exchange.Aborted);
        return document is { Review: not null, View: not null } ? Card(turn.Exchange.Service<TeamsBotCards>().Seen(document, button, sentence)) : Error(sentence);
    }

    private static Task<ChatSeat> TakeSeatAsync(Turn turn, ChatButton button)
    {
        PrincipalId? person = turn.Activity.UserId is { } user && turn.Bot.People.TryGetValue(user, out PrincipalId known) ? known : null;
        return ChatSeat.TakeAsync(turn.Exchange, person, button, "Teams");
    }

    private static InvokeResponse Card(JsonObject card) => Response(StatusCodes.Status200OK, TeamsCard.ContentType, card);

    /// <summary>The card stays as it is, and the sentence stands beside it.</summary>
    private static InvokeResponse Error(string sentence, bool isOurs = false) => Response(
        isOurs ? StatusCodes.Status500InternalServerError : StatusCodes.Status400BadRequest,
        "application/vnd.microsoft.error",
        new JsonObject { ["code"] = isOurs ? "ServiceError" : "BadRequest", ["message"] = sentence });

    /// <summary>The answer to an <c>adaptiveCard/action</c>; over HTTP it is always a 200.</summary>
    private static InvokeResponse Response(int status, string type, JsonObject value) =>
        Answer.Ok(new JsonObject { ["statusCode"] = status, ["type"] = type, ["value"] = value });

    private static ProblemException Refused(Exchange exchange, string code)
    {
        exchange.Service<ILoggerFactory>().CreateLogger("Approvals.Web.Teams").LogWarning("A call to the Teams bot was refused: {Code}", code);
        return new ProblemException(ProblemTypes.Unauthenticated, "Call as the Bot Connector does, with a token for this bot.");
    }

    /// <summary>One action of one person on one card.</summary>
    private sealed record Turn(Exchange Exchange, TeamsBotOptions Bot, TeamsActivity Activity, TeamsCardAction Action);
}
