using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Approvals.Conformance.Target;

/// <summary>An action that somebody asked for.</summary>
/// <param name="Request">As it was sent.</param>
/// <param name="Accepted">As it was answered: id, digest, nonce, who the gate takes the caller for.</param>
public sealed record Submitted(Caller Requester, JsonObject Request, JsonElement Accepted)
{
    public string Id { get; } = Accepted.GetProperty("id").GetString()!;

    public string Digest { get; } = Accepted.GetProperty("actionDigest").GetString()!;

    public string Path => "api/actions/" + Id;
}

/// <summary>The ways of an action that many tests go. Waiting is long polling until a deadline.</summary>
public static class Scenarios
{
    public const string Reason = "Agreed in the change meeting.";

    /// <summary>Policy asks the platform group.</summary>
    public static JsonObject Reviewed(string type = "infra.conformance.apply") => new()
    {
        ["type"] = type,
        ["target"] = new JsonObject { ["workspace"] = "prod-eu" },
        ["parameters"] = new JsonObject { ["plan"] = "p-17", ["changes"] = 3 },
        ["justification"] = "Resize before the peak.",
    };

    /// <summary>Policy allows it at once, when a service asks.</summary>
    public static JsonObject Allowed(string type = "deployment.conformance") => new()
    {
        ["type"] = type,
        ["target"] = new JsonObject { ["environment"] = "staging" },
        ["parameters"] = new JsonObject { ["version"] = "2.4.1" },
    };

    /// <summary>No rule names it.</summary>
    public static JsonObject Denied() => new() { ["type"] = "conformance.unheard-of", ["target"] = "anything" };

    public static async Task<Submitted> SubmitAsync(this Caller requester, JsonObject request, string? idempotencyKey = null) =>
        new(requester, request, (await requester.PostAsync("api/actions", request, idempotencyKey)).Is(202).Json);

    /// <summary>The action as it is once people are asked; fails when they are not.</summary>
    public static async Task<JsonElement> InReviewAsync(this TargetGate gate, Submitted action)
    {
        JsonElement shown = await WaitAsync(gate, action, "&until=review", status => status != "pending");
        Assert.Equal("in_review", shown.GetProperty("status").GetString());
        return shown;
    }

    public static async Task<(Submitted Action, string ViewDigest)> ReviewAsync(this TargetGate gate, Caller? requester = null, JsonObject? request = null)
    {
        Submitted action = await (requester ?? gate.Pipeline).SubmitAsync(request ?? Reviewed());
        JsonElement shown = await gate.InReviewAsync(action);
        return (action, shown.GetProperty("view").GetProperty("digest").GetString()!);
    }

    /// <summary>The action as it was decided.</summary>
    public static Task<JsonElement> DecidedAsync(this TargetGate gate, Submitted action) =>
        WaitAsync(gate, action, "", status => status is not ("pending" or "in_review"));

    public static Task<Answer> VoteAsync(this Caller reviewer, Submitted action, string viewDigest, string verdict = "approve", string? justification = Reason) =>
        reviewer.PostAsync(action.Path + "/votes", Vote(viewDigest, verdict, justification));

    public static JsonObject Vote(string viewDigest, string verdict = "approve", string? justification = Reason) =>
        new() { ["verdict"] = verdict, ["justification"] = justification, ["viewDigest"] = viewDigest };

    /// <summary>An action that Ann approved.</summary>
    public static async Task<Submitted> ApprovedAsync(this TargetGate gate, JsonObject? request = null)
    {
        (Submitted action, string view) = await gate.ReviewAsync(null, request);
        (await gate.Ann.VoteAsync(action, view)).Is(200, 202);
        Assert.Equal("approved", (await gate.DecidedAsync(action)).GetProperty("status").GetString());
        return action;
    }

    /// <summary>An action that policy allows, decided. Cheaper where it does not matter who approved.</summary>
    public static async Task<Submitted> AllowedAsync(this TargetGate gate, JsonObject? request = null)
    {
        Submitted action = await gate.Pipeline.SubmitAsync(request ?? Allowed());
        Assert.Equal("approved", (await gate.DecidedAsync(action)).GetProperty("status").GetString());
        return action;
    }

    public static string Status(this JsonElement action) => action.GetProperty("status").GetString()!;

    private static async Task<JsonElement> WaitAsync(TargetGate gate, Submitted action, string until, Func<string, bool> isReached)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            JsonElement shown = (await action.Requester.GetAsync($"{action.Path}?wait=20{until}")).Is(200).Json;
            if (isReached(shown.Status())) return shown;
            Assert.True(Stopwatch.GetElapsedTime(start) < gate.Patience, $"{action.Id} is still {shown.Status()}.");
        }
    }
}
