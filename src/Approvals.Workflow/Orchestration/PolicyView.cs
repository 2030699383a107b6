using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Durable;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Orchestration;

/// <summary>What policy may look at: the redacted view, the verified principals, and what redaction found.</summary>
internal static class PolicyView
{
    public static PolicyInput Of(ActionRequest request, RedactedView view, DateTimeOffset now)
    {
        var action = new JsonObject
        {
            ["type"] = request.Type,
            ["target"] = Part(view, "target"),
            ["parameters"] = Part(view, "parameters") ?? new JsonObject(),
            ["justification"] = Part(view, "justification") ?? "",
            ["audience"] = request.Audience,
        };
        var principal = new JsonObject
        {
            ["actor"] = Describe(request.Chain.Actor),
            ["onBehalfOf"] = request.Chain.OnBehalfOf is { } subject ? Describe(subject) : null,
            ["owners"] = new JsonArray([.. request.Chain.Owners.Select(Describe)]),
        };
        var findings = new JsonArray([.. view.Findings.Select(finding => new JsonObject
        {
            ["type"] = finding.Type,
            ["rule"] = finding.Rule,
            ["pointer"] = finding.Pointer,
            ["confidence"] = finding.Confidence,
            ["operator"] = finding.Operator,
        })]);
        return new PolicyInput(Element(action), Element(principal), Element(Part(view, "context") ?? new JsonObject()), Element(findings), now);
    }

    /// <summary>Whether two decisions ask the same people for the same thing; working hours, which depend on the day, aside.</summary>
    public static bool AskTheSame(PolicyDecision one, PolicyDecision other) =>
        one is { Verdict: PolicyVerdict.Review, Plan: { } plan } && other is { Verdict: PolicyVerdict.Review, Plan: { } next }
        && JsonNode.DeepEquals(Comparable(plan), Comparable(next));

    private static JsonNode? Comparable(ReviewPlan plan) => JsonSerializer.SerializeToNode(
        plan with { Stages = [.. plan.Stages.Select(stage => stage with { Hours = stage.Hours is null ? null : [] })] }, DurableJson.Options);

    private static JsonNode? Part(RedactedView view, string name) =>
        view.Content.TryGetProperty(name, out JsonElement value) ? JsonSerializer.SerializeToNode(value) : null;

    private static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node);

    private static JsonObject Describe(Principal principal)
    {
        JsonObject described = ActionBinding.Reference(principal);
        described["displayName"] = principal.DisplayName;
        described["groups"] = new JsonArray([.. principal.Groups.Select(group => JsonValue.Create(group))]);
        return described;
    }
}
