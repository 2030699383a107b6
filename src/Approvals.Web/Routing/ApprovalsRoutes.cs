using Approvals.Web.Actions;
using Approvals.Web.Audit;
using Approvals.Web.BreakGlass;
using Approvals.Web.Delegations;
using Approvals.Web.Health;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Inbox;
using Approvals.Web.LedgerViews;
using Approvals.Web.Manage;
using Approvals.Web.Notifications;
using Approvals.Web.OpenApi;
using Approvals.Web.Pages;
using Approvals.Web.Policies;
using Approvals.Web.Principals;
using Approvals.Web.Releases;
using Approvals.Web.Reviews;
using Approvals.Web.Sessions;
using Approvals.Web.Slack;
using Approvals.Web.Teams;
using Approvals.Web.Votes;
using Microsoft.AspNetCore.Http;
using static Approvals.Web.Problems.ProblemTypes;

namespace Approvals.Web.Routing;

/// <summary>Every route of the gate. A host maps all of them; none begins with <c>admin/</c> or <c>runtime/</c>, which Functions keeps for itself.</summary>
public static class ApprovalsRoutes
{
    private const string Html = "text/html";

    public static IReadOnlyList<WebRoute> All { get; } =
    [
        new("submit-action", "POST", "/api/actions", ActionHandlers.SubmitAsync)
        {
            Summary = "Asks for an action. Everything it carries is sealed, redacted and judged by policy; nothing runs before a release.",
            Request = "SubmitAction", Response = "AcceptedAction", Answers = [202],
            Problems = [UnknownPrincipal, CallbackNotAllowed, IdempotencyKeyReused, OutOfScope],
        },
        new("list-actions", "GET", "/api/actions", ActionHandlers.ListAsync)
        {
            Summary = "Actions, newest first, a page at a time. Query: status, type, requester, scope (mine, review, all), limit (1 to 200), cursor.",
            Response = "ActionList",
        },
        new("get-action", "GET", "/api/actions/{id}", ActionHandlers.GetAsync)
        {
            Summary = "Where an action stands. Query: wait (1 to 60 seconds) answers as soon as it is decided, with until=review as soon as people are asked.",
            Response = "Action",
        },
        new("cancel-action", "DELETE", "/api/actions/{id}", ActionHandlers.CancelAsync)
        {
            Summary = "Withdraws an action that is not decided. 202 when the cancellation is queued but its effect not seen yet.",
            Request = "CancelAction", Response = "Action", Answers = [200, 202], Problems = [AlreadyDecided],
        },
        new("get-view", "GET", "/api/actions/{id}/view", ActionHandlers.ViewAsync)
        {
            Summary = "The redacted view: what reviewers see, what was masked, and the digest that a vote names.",
            Response = "View", Problems = [ViewNotReady],
        },
        new("watch-action", "GET", "/api/actions/{id}/events", ActionFeed.WatchAsync)
        {
            Summary = "Server-sent events: 'state' with a stamp, at once and whenever something happened to the action, and 'end' when nothing more can.",
            Response = "text/event-stream",
        },
        new("vote", "POST", "/api/actions/{id}/votes", VoteHandlers.VoteAsync)
        {
            Summary = "Votes on an action in review. 202 when the vote is queued but not counted yet.",
            Request = "Vote", Response = "Action", Answers = [200, 202],
            Problems =
            [
                NotHuman, InPrincipalChain, NotEligible, AssuranceTooLow, ReviewNotOpen, ReviewClosed, AlreadyVoted, OtherRound, OtherView, VoteNotCounted,
                DeadlinePassed, JustificationTooShort, TicketMissing,
            ],
        },
        new("create-review-link", "POST", "/api/actions/{id}/review-link", VoteHandlers.LinkAsync)
        {
            Summary = "The caller's own link to the review page. A secret.",
            Response = "ReviewLink", Answers = [201],
            Problems = [NotHuman, InPrincipalChain, NotEligible, ReviewNotOpen, ReviewClosed, AlreadyVoted, DeadlinePassed],
        },
        new("get-release", "GET", "/api/actions/{id}/release", ReleaseHandlers.GetAsync)
        {
            Summary = "The release of an approved action: token, signed record, ledger proof.",
            Response = "Release", Problems = [NotDecided, NotApproved, ReleaseExpired],
        },
        new("redeem-release", "POST", "/api/releases/redeem", ReleaseHandlers.RedeemAsync)
        {
            Summary = "Redeems a release, once, for the binding that is about to run.",
            Request = "Redeem", Response = "Redemption",
            Problems = [OtherAudience, AlreadyRedeemed, ReleaseExpired, InvalidToken, OtherAction],
        },
        new("report-receipt", "POST", "/api/actions/{id}/receipt", ReleaseHandlers.ReportAsync)
        {
            Summary = "Reports what became of a redeemed action.",
            Request = "Report", Response = "Receipt", Answers = [201], Problems = [OtherAudience, NotRedeemed, AlreadyReported],
        },
        new("get-record", "GET", "/api/records/{id}", LedgerHandlers.RecordAsync)
        {
            Summary = "The signed decision record of an action, and its ledger proof.", Response = "Record",
        },
        new("break-glass", "POST", "/api/actions/{id}/break-glass", BreakGlassHandlers.ConsentAsync)
        {
            Summary = "Consents to breaking the glass for an action in review: two people past all stages, and a review is owed. 202 when queued but not counted yet.",
            Request = "BreakGlass", Response = "Action", Answers = [200, 202],
            Problems = [BreakGlassOff, NotHuman, InPrincipalChain, NotEligible, AssuranceTooLow, ReviewNotOpen, ReviewClosed, OtherRound, OtherView, VoteNotCounted, DeadlinePassed, JustificationTooShort],
        },
        new("follow-up", "POST", "/api/actions/{id}/follow-up", FollowUpHandlers.DoAsync)
        {
            Summary = "Records the review that broken glass owes.", Request = "FollowUp", Response = "Action",
            Problems = [FollowUpNotOwed, NotEligible, InPrincipalChain, JustificationTooShort],
        },
        new("create-delegation", "POST", "/api/delegations", DelegationHandlers.CreateAsync)
        {
            Summary = "Lets somebody stand in for the caller, or, for admins, for somebody else: for some groups, until a time.",
            Request = "CreateDelegation", Response = "Delegation", Answers = [201], Problems = [DelegationRefused, UnknownPrincipal],
        },
        new("list-delegations", "GET", "/api/delegations", DelegationHandlers.ListAsync)
        {
            Summary = "Delegations from or to the caller; all of them for admins and auditors.", Response = "DelegationList",
        },
        new("end-delegation", "DELETE", "/api/delegations/{id}", DelegationHandlers.EndAsync) { Summary = "Ends a delegation now.", Answers = [204] },
        new("get-policy", "GET", "/api/policy", PolicyHandlers.GetAsync)
        {
            Summary = "The policy in force and its newest changes, as the ledger has them; for auditors and admins.", Response = "PolicyInForce",
        },
        new("create-principal", "POST", "/api/principals", PrincipalHandlers.CreateAsync)
        {
            Summary = "Makes an API key; the answer alone shows it.",
            Request = "CreatePrincipal", Response = "CreatedPrincipal", Answers = [201], Problems = [PrincipalConflict, UnknownPrincipal],
        },
        new("list-principals", "GET", "/api/principals", PrincipalHandlers.ListAsync) { Summary = "Who holds API keys.", Response = "PrincipalList" },
        new("revoke-principal", "DELETE", "/api/principals/{keyId}", PrincipalHandlers.RevokeAsync)
        {
            Summary = "Ends an API key for good.", Answers = [204],
        },
        new("list-notifications", "GET", "/api/notifications", NotificationHandlers.ListAsync)
        {
            Summary = "Notices that did not get through: those that wait for their next attempt, and those given up. Query: limit (1 to 200), cursor.",
            Response = "UndeliveredList",
        },
        new("replay-notification", "POST", "/api/notifications/{outboxId}/replay", NotificationHandlers.ReplayAsync)
        {
            Summary = "Tries at once what one outbox could not deliver.", Answers = [202],
        },
        new("get-keys", "GET", "/.well-known/jwks.json", LedgerHandlers.KeysAsync)
        {
            Summary = "The public keys that verify records, tokens and checkpoints.", Response = "application/jwk-set+json",
        },
        new("get-checkpoint", "GET", "/ledger/checkpoint", LedgerHandlers.CheckpointAsync)
        {
            Summary = "The latest signed checkpoint of the ledger (C2SP signed note).", Response = "text/plain",
        },
        new("get-tile", "GET", "/ledger/tile/{*path}", LedgerHandlers.TileAsync)
        {
            Summary = "A tile of the ledger (C2SP tlog-tiles). Entry bundles are for auditors and admins.", Response = "application/octet-stream",
        },
        new("get-openapi", "GET", "/openapi/v1.json", OpenApiHandlers.GetAsync) { Summary = "This document.", Response = "application/json" },
        new("live", "GET", "/health/live", HealthHandlers.LiveAsync) { Summary = "The process answers.", Response = "Live" },
        new("ready", "GET", "/health/ready", HealthHandlers.ReadyAsync)
        {
            Summary = "What the gate stands on works.", Response = "Ready", Answers = [200, 503],
        },

        Page("review", "GET", "/review/{token}", ReviewHandlers.ShowAsync),
        Page("decide-review", "POST", "/review/{token}", ReviewHandlers.DecideAsync),
        Page("review-result", "GET", "/review/{token}/result", ReviewHandlers.ResultAsync),
        Page("home", "GET", "/", SessionHandlers.HomeAsync),
        Page("sign-in", "GET", "/sign-in", SessionHandlers.ShowAsync),
        Page("begin-session", "POST", "/sign-in", SessionHandlers.SignInAsync),
        Page("sign-out", "POST", "/sign-out", SessionHandlers.SignOutAsync),
        Page("issuer-sign-in", "GET", "/sign-in/{issuer}", SignInHandlers.BeginAsync),
        Page("issuer-callback", "GET", "/sign-in/{issuer}/callback", SignInHandlers.CompleteAsync) with
        {
            Problems = [SignInState, SignInRefused, NotAdmitted, GroupsOverage, IdTokenInvalid, IssuerUnavailable],
        },
        Page("inbox", "GET", "/inbox", InboxHandlers.ShowAsync),
        Page("action-page", "GET", "/actions/{id}", ActionPageHandlers.ShowAsync),
        Page("review-page", "GET", "/actions/{id}/review", ActionPageHandlers.ReviewAsync),
        Page("decide-page", "POST", "/actions/{id}/review", ActionPageHandlers.DecideAsync),
        Page("result-page", "GET", "/actions/{id}/result", ActionPageHandlers.ResultAsync),
        Page("audit", "GET", "/audit", AuditHandlers.ShowAsync),
        Page("audit-reviewers", "GET", "/audit/reviewers", ReviewerHandlers.ShowAsync),
        Page("policy-page", "GET", "/policy", PolicyHandlers.ShowAsync),
        Page("break-glass-page", "GET", "/actions/{id}/break-glass", BreakGlassHandlers.ShowAsync),
        Page("break-glass-consent", "POST", "/actions/{id}/break-glass", BreakGlassHandlers.ConsentFromPageAsync),
        Page("follow-ups", "GET", "/follow-ups", FollowUpHandlers.ListAsync),
        Page("follow-up-page", "GET", "/actions/{id}/follow-up", FollowUpHandlers.ShowAsync),
        Page("follow-up-review", "POST", "/actions/{id}/follow-up", FollowUpHandlers.DoFromPageAsync),
        Page("delegations", "GET", "/delegations", DelegationHandlers.ShowAsync),
        Page("delegate", "POST", "/delegations", DelegationHandlers.CreateFromPageAsync),
        Page("delegations-end", "POST", "/delegations/end", DelegationHandlers.EndFromPageAsync),
        Page("manage", "GET", "/manage", ManageHandlers.ShowAsync),
        Page("manage-create", "POST", "/manage/principals", ManageHandlers.CreateAsync),
        Page("manage-replay", "POST", "/manage/replays", ManageHandlers.ReplayAsync),
        Page("manage-revoke", "POST", "/manage/revocations", ManageHandlers.RevokeAsync),
        Page("slack-interactions", "POST", "/slack/interactions", SlackHandlers.InteractAsync), // Slack's own; no program of anybody else calls it
        Page("teams-messages", "POST", "/teams/messages", TeamsHandlers.ReceiveAsync), // the Bot Connector's own, likewise
        Page("page-asset", "GET", "/assets/{file}", Asset.GetAsync),
        Page("icon", "GET", "/assets/icon.svg", Icon.GetAsync),
    ];

    private static WebRoute Page(string name, string method, string pattern, Func<HttpContext, Task<IResult>> handler) =>
        new(name, method, pattern, handler) { Response = Html };
}
