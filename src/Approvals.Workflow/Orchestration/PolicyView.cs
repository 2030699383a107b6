using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Durable;
using Approvals.Policy;
using Approvals.Redaction;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Orchestration;

/// <summary>What policy may look at: the redacted view, the verified principals, and what redaction found.</summary>
internal static class PolicyView
{
    private static readonly JsonElement Empty = RawJson.Parse("{}"u8.ToArray());

    public static PolicyInput Of(ActionRequest request, RedactedView view, DateTimeOffset now) => new(
        Element(writer =>
        {
            writer.WriteString("type", request.Type);
            WritePart(writer, view, "target", "null"u8);
            WritePart(writer, view, "parameters", "{}"u8);
            WritePart(writer, view, "justification", "\"\""u8);
            writer.WriteString("audience", request.Audience);
        }),
        Element(writer =>
        {
            writer.WritePropertyName("actor");
            Describe(writer, request.Chain.Actor);
            writer.WritePropertyName("onBehalfOf");
            if (request.Chain.OnBehalfOf is { } subject) Describe(writer, subject);
            else writer.WriteNullValue();
            writer.WriteStartArray("owners");
            foreach (Principal owner in request.Chain.Owners) Describe(writer, owner);
            writer.WriteEndArray();
        }),
        view.Content.TryGetProperty("context", out JsonElement context) ? context : Empty,
        RawJson.Parse(RawJson.Write(writer => WriteFindings(writer, view.Findings))),
        now);

    /// <summary>Whether two decisions ask the same people for the same thing; working hours, which depend on the day, aside.</summary>
    public static bool AskTheSame(PolicyDecision one, PolicyDecision other) =>
        one is { Verdict: PolicyVerdict.Review, Plan: { } plan } && other is { Verdict: PolicyVerdict.Review, Plan: { } next }
        && JsonNode.DeepEquals(Comparable(plan), Comparable(next));

    private static JsonNode? Comparable(ReviewPlan plan) => JsonSerializer.SerializeToNode(
        plan with { Stages = [.. plan.Stages.Select(stage => stage with { Hours = stage.Hours is null ? null : [] })] }, DurableJson.Options);

    private static JsonElement Element(Action<Utf8JsonWriter> fields) => RawJson.Parse(RawJson.Write(writer =>
    {
        writer.WriteStartObject();
        fields(writer);
        writer.WriteEndObject();
    }));

    private static void WritePart(Utf8JsonWriter writer, RedactedView view, string name, ReadOnlySpan<byte> absent)
    {
        writer.WritePropertyName(name);
        if (view.Content.TryGetProperty(name, out JsonElement value)) RawJson.WriteTo(writer, value);
        else writer.WriteRawValue(absent, skipInputValidation: true);
    }

    private static void WriteFindings(Utf8JsonWriter writer, IReadOnlyList<Finding> findings)
    {
        writer.WriteStartArray();
        foreach (Finding finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("type", finding.Type);
            writer.WriteString("rule", finding.Rule);
            writer.WriteString("pointer", finding.Pointer);
            writer.WriteNumber("confidence", finding.Confidence);
            writer.WriteString("operator", finding.Operator);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Describe(Utf8JsonWriter writer, Principal principal)
    {
        writer.WriteStartObject();
        ActionBinding.WriteReferenceFields(writer, principal);
        writer.WriteString("displayName", principal.DisplayName);
        writer.WriteStartArray("groups");
        foreach (string group in principal.Groups) writer.WriteStringValue(group);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
