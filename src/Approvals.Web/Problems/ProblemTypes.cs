using System.Reflection;
using Approvals.Workflow.Releases;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Problems;

/// <summary>Every error that the HTTP API answers with. The OpenAPI document is made from this list.</summary>
public static class ProblemTypes
{
    // 400: the request is not what HTTP, JSON or the schema ask for.
    public static readonly ProblemType BadRequest = new("bad_request", 400, "The HTTP request is malformed");
    public static readonly ProblemType InvalidJson = new("invalid_json", 400, "The body is not valid JSON");
    public static readonly ProblemType DuplicateKey = new("duplicate_key", 400, "An object has the same key twice");
    public static readonly ProblemType NestedTooDeep = new("nested_too_deep", 400, "The JSON is nested too deep");
    public static readonly ProblemType UnknownField = new("unknown_field", 400, "The body has a field that is not known");
    public static readonly ProblemType MissingField = new("missing_field", 400, "A required field is missing");
    public static readonly ProblemType WrongType = new("wrong_type", 400, "A field has the wrong type");
    public static readonly ProblemType InvalidParameter = new("invalid_parameter", 400, "A query parameter or header is not valid");

    public static readonly ProblemType SignInState = new("sign_in_state", 400, "The sign-in cannot be finished");

    public static readonly ProblemType Unauthenticated = new("unauthenticated", 401, "Credentials are missing or not valid");

    // 403: known, but not allowed.
    public static readonly ProblemType Forbidden = new("forbidden", 403, "The caller's role does not allow this");
    public static readonly ProblemType OutOfScope = new("out_of_scope", 403, "The caller's credentials are not for this action");
    public static readonly ProblemType SignInRefused = new("sign_in_refused", 403, "The identity provider refused the sign-in");
    public static readonly ProblemType NotAdmitted = new("not_admitted", 403, "The identity has no place in this gate");
    public static readonly ProblemType GroupsOverage = new("groups_overage", 403, "The identity provider left the groups out");
    public static readonly ProblemType CrossSite = new("cross_site", 403, "The form was not sent from this site's own page");
    public static readonly ProblemType NotHuman = new("not_human", 403, "Only people vote");
    public static readonly ProblemType InPrincipalChain = new("in_principal_chain", 403, "Whoever asks for an action does not vote on it");
    public static readonly ProblemType NotEligible = new("not_eligible", 403, "The caller is not among those who are asked");
    public static readonly ProblemType AssuranceTooLow = new("assurance_too_low", 403, "Policy asks for a stronger sign-in");
    public static readonly ProblemType OtherRecipient = new("other_recipient", 403, "The link was made for somebody else");
    public static readonly ProblemType OtherAudience = new("other_audience", 403, "The release is meant for somebody else");

    public static readonly ProblemType NotFound = new("not_found", 404, "There is nothing here");
    public static readonly ProblemType MethodNotAllowed = new("method_not_allowed", 405, "The method is not allowed here");

    // 409: not in this state.
    public static readonly ProblemType AlreadyDecided = new("already_decided", 409, "The action is decided");
    public static readonly ProblemType ViewNotReady = new("view_not_ready", 409, "The action is still being redacted");
    public static readonly ProblemType ReviewNotOpen = new("review_not_open", 409, "Nobody is asked to review this action");
    public static readonly ProblemType ReviewClosed = new("review_closed", 409, "The review is closed");
    public static readonly ProblemType AlreadyVoted = new("already_voted", 409, "The caller has voted");
    public static readonly ProblemType OtherRound = new("other_round", 409, "The vote is of a round of the review that a change of policy has ended");
    public static readonly ProblemType OtherView = new("other_view", 409, "The vote is about another view than the one in review");
    public static readonly ProblemType VoteNotCounted = new("vote_not_counted", 409, "The vote came too late to count");
    public static readonly ProblemType NotDecided = new("not_decided", 409, "The action is not decided yet");
    public static readonly ProblemType NotApproved = new("not_approved", 409, "The action was not approved");
    public static readonly ProblemType AlreadyRedeemed = new("already_redeemed", 409, "The release was redeemed before");
    public static readonly ProblemType NotRedeemed = new("not_redeemed", 409, "The release was not redeemed");
    public static readonly ProblemType AlreadyReported = new("already_reported", 409, "The outcome was reported before");
    public static readonly ProblemType PrincipalConflict = new("principal_conflict", 409, "The subject belongs to another principal");

    public static readonly ProblemType BreakGlassOff = new("break_glass_off", 409, "Policy lets nobody break the glass for this action");
    public static readonly ProblemType FollowUpNotOwed = new("follow_up_not_owed", 409, "No review is owed");
    public static readonly ProblemType DelegationRefused = new("delegation_refused", 409, "The delegation may not be made");

    // 410: it was here.
    public static readonly ProblemType DeadlinePassed = new("deadline_passed", 410, "The review's deadline has passed");
    public static readonly ProblemType ReleaseExpired = new("release_expired", 410, "The release has expired");
    public static readonly ProblemType LinkDead = new("link_dead", 410, "The review link is no longer good");

    public static readonly ProblemType TooLarge = new("too_large", 413, "The body is too large");
    public static readonly ProblemType UnsupportedMediaType = new("unsupported_media_type", 415, "The body's media type is not supported");

    // 422: well formed, but it cannot be.
    public static readonly ProblemType InvalidValue = new("invalid_value", 422, "A field's value is not allowed");
    public static readonly ProblemType UnknownPrincipal = new("unknown_principal", 422, "The principal is not known");
    public static readonly ProblemType CallbackNotAllowed = new("callback_not_allowed", 422, "The callback URL is not allowed");
    public static readonly ProblemType IdempotencyKeyReused = new("idempotency_key_reused", 422, "The idempotency key was used for another request");
    public static readonly ProblemType JustificationTooShort = new("justification_too_short", 422, "The justification is too short");
    public static readonly ProblemType TicketMissing = new("ticket_missing", 422, "The justification names no ticket");
    public static readonly ProblemType InvalidToken = new("invalid_token", 422, "The release token is not valid");
    public static readonly ProblemType OtherAction = new("other_action", 422, "The release names another action");

    public static readonly ProblemType TooManyRequests = new("too_many_requests", 429, "Too many requests");
    public static readonly ProblemType Internal = new("internal", 500, "The gate failed");
    public static readonly ProblemType IdTokenInvalid = new("id_token_invalid", 502, "The identity provider's answer does not verify");
    public static readonly ProblemType IssuerUnavailable = new("issuer_unavailable", 503, "The identity provider cannot be reached");
    public static readonly ProblemType Busy = new("busy", 503, "The gate is past its capacity");
    public static readonly ProblemType StoreUnavailable = new("store_unavailable", 503, "The gate cannot store or read at present");
    public static readonly ProblemType NotReady = new("not_ready", 503, "The gate is not ready");

    /// <summary>All of them, by code.</summary>
    public static IReadOnlyDictionary<string, ProblemType> All { get; } = typeof(ProblemTypes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => field.GetValue(null))
        .OfType<ProblemType>()
        .ToDictionary(type => type.Code);

    public static ProblemType Of(VoteRefusal refusal) => refusal switch
    {
        VoteRefusal.ReviewClosed => ReviewClosed,
        VoteRefusal.DeadlinePassed => DeadlinePassed,
        VoteRefusal.NotHuman => NotHuman,
        VoteRefusal.InPrincipalChain => InPrincipalChain,
        VoteRefusal.NotEligible => NotEligible,
        VoteRefusal.AlreadyVoted => AlreadyVoted,
        VoteRefusal.AssuranceTooLow => AssuranceTooLow,
        VoteRefusal.OtherView => OtherView,
        VoteRefusal.OtherRound => OtherRound,
        VoteRefusal.JustificationTooShort => JustificationTooShort,
        VoteRefusal.TicketMissing => TicketMissing,
        VoteRefusal.BreakGlassOff => BreakGlassOff,
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "A refusal without a problem type; add one."),
    };

    public static ProblemType Of(ReleaseRefusal refusal) => refusal switch
    {
        ReleaseRefusal.NotDecided => NotDecided,
        ReleaseRefusal.NotApproved => NotApproved,
        ReleaseRefusal.Expired => ReleaseExpired,
        ReleaseRefusal.InvalidToken => InvalidToken,
        ReleaseRefusal.OtherAction => OtherAction,
        ReleaseRefusal.OtherAudience => OtherAudience,
        ReleaseRefusal.AlreadyRedeemed => AlreadyRedeemed,
        ReleaseRefusal.NotRedeemed => NotRedeemed,
        ReleaseRefusal.AlreadyReported => AlreadyReported,
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "A refusal without a problem type; add one."),
    };
}
