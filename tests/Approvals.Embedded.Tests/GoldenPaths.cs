using System.Text.Json.Nodes;
using Approvals.Durable;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Embedded.Tests;

/// <summary>What happens to an action on the paths that are recorded.</summary>
internal static class GoldenPaths
{
    private const string Staging = """{"type":"deployment.create","target":{"environment":"staging"}}""";
    private const string Export = """{"type":"data.export","target":"s3://partner","parameters":{"owner":"ann@example.com"},"justification":"monthly"}""";

    /// <summary>Of the paths that the default policy does not have.</summary>
    private const string Reviewed = """
        version: 1
        name: golden
        mode: first-match
        onChange: keep
        plans:
          one: {groups: [security], timeout: 1h}
        breakGlass: {groups: [platform], types: ["data.*"], followUp: {groups: [security], within: 2d}}
        standingApprovals: {types: ["data.*"], maximumUses: 2, longest: 30d}
        rules:
          - {id: look, when: "true", verdict: review, review: one, reason: Somebody looks.}
        """;

    /// <summary>The policy that an action on this path is judged by.</summary>
    public static string PolicyOf(string path) => path switch
    {
        "policy-kept" or "policy-redecided" or "glass-broken" or "standing-approval" => Reviewed,
        "escalated" => Reviewed.Replace("timeout: 1h", "timeout: 3s, reminders: [1s], escalation: {after: 2s, groups: [platform]}", StringComparison.Ordinal),
        _ => PolicySet.DefaultYaml,
    };

    /// <summary>Leads an action down its path; returns its id once it is decided.</summary>
    public static async Task<string> WalkAsync(TestGate gate, string path)
    {
        if (path == "standing-approval") await GrantAsync(gate);
        string body = path.StartsWith("allowed", StringComparison.Ordinal) ? Staging : Export;
        if (path == "expired") body = body[..^1] + ""","expiresIn":3}""";
        string id = (await gate.SubmitAsync(body)).GetProperty("id").GetString()!;
        ActionDocument document = await gate.SettledAsync(id);
        switch (path)
        {
            case "approved" or "approved-locally":
                await gate.DecideAsync(id, "approve");
                break;
            case "denied":
                await gate.DecideAsync(id, "deny");
                break;
            case "canceled":
                (await gate.Pipeline.DeleteAsync($"api/actions/{id}")).EnsureSuccessStatusCode();
                break;
            case "policy-kept":
                gate.ChangePolicy(Reviewed.Replace("timeout: 1h", "timeout: 2h", StringComparison.Ordinal));
                await gate.UntilAsync(id, shown => shown.PolicyChanges is not null);
                await gate.DecideAsync(id, "approve");
                break;
            case "policy-redecided":
                gate.ChangePolicy(Reviewed.Replace("onChange: keep", "onChange: redecide", StringComparison.Ordinal).Replace("timeout: 1h", "timeout: 2h", StringComparison.Ordinal));
                await gate.UntilAsync(id, shown => shown.Review?.Round == 1);
                await gate.DecideAsync(id, "approve");
                break;
            case "glass-broken":
                await ConsentAsync(gate, document, "cora");
                await ConsentAsync(gate, document, "ivan");
                break;
        }

        await gate.DecidedAsync(id);
        return id;
    }

    private static async Task GrantAsync(TestGate gate)
    {
        var grant = new JsonObject
        {
            ["type"] = StandingApprovals.GrantType,
            ["target"] = new JsonObject { ["type"] = "data.export", ["target"] = "s3://partner", ["maximumUses"] = 2, ["until"] = TimeProvider.System.GetUtcNow().AddDays(7).ToString("O") },
            ["justification"] = "The same every month.",
        };
        string id = (await gate.SubmitAsync(grant.ToJsonString())).GetProperty("id").GetString()!;
        await gate.SettledAsync(id);
        await gate.DecideAsync(id, "approve");
        await gate.DecidedAsync(id);
    }

    /// <summary>As the gate raises it once somebody has signed in with a second factor, for which an identity provider would have to run here.</summary>
    private static async Task ConsentAsync(TestGate gate, ActionDocument document, string subject)
    {
        var person = new Principal(PrincipalKind.Human, Principal.LocalIssuer, subject, subject, ["platform"]);
        var consent = new Vote(
            Vote.IdOf(document.Review!, person.Id, breaksGlass: true), person, Assurance.IdpMfa, Verdict.Approve, "It burns, and nobody else is awake.",
            document.View!.Digest, TimeProvider.System.GetUtcNow())
        {
            BreaksGlass = true,
            Round = document.Review!.Round,
        };
        await gate.Host.Services.GetRequiredService<IDurableClient>().RaiseEventAsync(document.Id, ApprovalOrchestration.VoteEvent, consent.Id, consent);
    }
}
