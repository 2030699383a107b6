using System.Text.Json;
using ApprovalFunctions.Releases;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Principals;

namespace ApprovalFunctions.Tests.Releases;

public sealed class ReleaseMessageTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly ActionDocument Decided = new()
    {
        Id = "0198c0de-0000-7000-8000-000000000000",
        Status = ActionStatus.Approved,
        Request = new ActionRequest(
            "0198c0de-0000-7000-8000-000000000000", "data.export",
            new PrincipalChain(new Principal(PrincipalKind.Service, "approvals", "ci", "CI", []), null, []),
            "sha256:" + new string('a', 64), At, At.AddHours(1), Audience: null, CallbackUrl: null),
        Decision = new Decision(Outcome.Approved, DecidedBy.People, "Approved by the reviewers that policy asked.", At),
        LedgerIndex = 7,
    };

    [Fact]
    public void Of_decided_action_carries_the_cloudevents_attributes_as_properties()
    {
        ReleaseMessage message = ReleaseMessage.Of(Decided, "gate.example", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

        Assert.Equal(Decided.Id, message.Id);
        Assert.Equal("data.export", message.Subject);
        Assert.Equal("1.0", message.Properties["cloudEvents_specversion"]);
        Assert.Equal(Decided.Id, message.Properties["cloudEvents_id"]);
        Assert.Equal("gate.example", message.Properties["cloudEvents_source"]);
        Assert.Equal(ReleaseMessage.EventType, message.Properties["cloudEvents_type"]);
        Assert.Equal("2026-01-02T03:04:05.0000000Z", message.Properties["cloudEvents_time"]);
        Assert.StartsWith("00-4bf9", (string)message.Properties["cloudEvents_traceparent"], StringComparison.Ordinal);
        Assert.Equal("approved", message.Properties["outcome"]);
        Assert.Equal("people", message.Properties["by"]);
    }

    [Fact]
    public void Of_decided_action_says_where_the_record_stands_and_nothing_of_the_request()
    {
        ReleaseMessage message = ReleaseMessage.Of(Decided, "gate.example", traceParent: null);

        JsonElement body = JsonDocument.Parse(message.Body).RootElement;
        Assert.Equal(
            ["actionDigest", "by", "id", "ledgerIndex", "status", "type"],
            body.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
        Assert.Equal(7, body.GetProperty("ledgerIndex").GetInt64());
        Assert.DoesNotContain("cloudEvents_traceparent", message.Properties.Keys);
    }

    [Fact]
    public void Of_undecided_action_is_refused() =>
        Assert.Throws<ArgumentException>(() => ReleaseMessage.Of(Decided with { Decision = null }, "gate.example", null));
}
