using System.Text.Json;
using ApprovalFunctions.Durable;
using Approvals.Durable;
using FsCheck;
using FsCheck.Fluent;

namespace ApprovalFunctions.Tests.Durable;

public sealed class MappingTests
{
    /// <summary>What the constructor of Durable Task's RetryPolicy accepts, for whatever policy an orchestration may come to.</summary>
    [Fact]
    public void RetryLimits_any_policy_is_one_that_durable_task_accepts()
    {
        Prop.ForAll<int, double, long?>((first, backoff, timeout) =>
        {
            var policy = new RetryPolicy(
                first, // as many attempts as the interval has milliseconds: none, too few and many
                TimeSpan.FromMilliseconds(first % 1_000_000),
                double.IsFinite(backoff) ? backoff : 2.0,
                MaxInterval: TimeSpan.FromMinutes(1),
                Timeout: timeout is { } limit ? TimeSpan.FromTicks(limit % 1_000_000_000) : null);

            RetryLimits limits = RetryLimits.Of(policy);

            return limits.MaxAttempts > 0
                && limits.FirstInterval > TimeSpan.Zero
                && limits.BackoffCoefficient >= 1.0
                && limits.MaxInterval >= limits.FirstInterval
                && (limits.Timeout is not { } until || until >= limits.FirstInterval);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void RetryLimits_ordinary_policy_is_unchanged()
    {
        RetryLimits limits = RetryLimits.Of(new RetryPolicy(int.MaxValue, TimeSpan.FromMilliseconds(200), MaxInterval: TimeSpan.FromMinutes(1), Timeout: TimeSpan.FromHours(2)));

        Assert.Equal(new RetryLimits(int.MaxValue, TimeSpan.FromMilliseconds(200), 2.0, TimeSpan.FromMinutes(1), TimeSpan.FromHours(2)), limits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ActivityFailureException_through_the_hosts_text_comes_back(bool permanent)
    {
        Exception thrown = permanent ? new PermanentFailureException("payload_missing", "secret of the payload") : new TimeoutException("secret of the payload");

        var crossing = ActivityFailureException.From(thrown);
        // As the host writes it: type, message, and the stack behind it.
        ActivityFailureException read = ActivityFailureException.Parse(
            typeof(ActivityFailureException).FullName, $"{typeof(ActivityFailureException).FullName}: {crossing.Message}\n   at Some.Place()");

        Assert.Equal(permanent ? "payload_missing" : "TimeoutException", read.Code);
        Assert.Equal(permanent, read.Permanent);
        Assert.DoesNotContain("secret", crossing.ToString(), StringComparison.Ordinal);
        Assert.Null(crossing.InnerException);
    }

    [Fact]
    public void ActivityFailureException_foreign_failure_keeps_the_type_and_no_word_of_the_message()
    {
        ActivityFailureException read = ActivityFailureException.Parse("Grpc.Core.RpcException", "Status: payload 4111 1111 1111 1111");

        Assert.Equal("RpcException", read.Code);
        Assert.False(read.Permanent);
    }

    [Fact]
    public void CustomStatus_up_to_16_KB_of_UTF16_passes_and_no_more()
    {
        int fits = (CustomStatus.MaxBytes / 2) - 2; // the quotes

        Assert.Equal(JsonValueKind.String, CustomStatus.Serialize(new string('a', fits)).ValueKind);
        Assert.Throws<ArgumentException>(() => CustomStatus.Serialize(new string('a', fits + 1)));
    }

    [Theory]
    [InlineData("approval-v1", true)]
    [InlineData("approval-v12", true)]
    [InlineData("approval", false)]
    [InlineData("approval-v", false)]
    [InlineData("approval-v0", false)]
    [InlineData("-v1", false)]
    [InlineData("@ledger@log", false)]
    public void OrchestrationNames_parse_only_what_they_write(string function, bool isOurs)
    {
        Assert.Equal(isOurs, OrchestrationNames.TryParse(function, out string name, out int version));
        if (isOurs) Assert.Equal(function, OrchestrationNames.Function(name, version));
    }

    [Fact]
    public void ActivityCall_round_trips()
    {
        JsonElement input = JsonSerializer.SerializeToElement(new { a = 1 });

        ActivityCall call = ActivityCall.Parse(new ActivityCall("id", input).ToJson());

        Assert.Equal("id", call.InstanceId);
        Assert.Equal(1, call.Input.GetProperty("a").GetInt32());
    }
}
