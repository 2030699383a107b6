using System.Net;
using Approvals.Web.Problems;

namespace Approvals.Web.Tests.Identity;

/// <summary>What the gate knows of an issuer, and for how long.</summary>
public sealed class IssuerKeysTests
{
    [Fact]
    public async Task Keys_are_fetched_once_and_anew_after_an_hour()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => gate.AuthenticateAsync(gate.Tokens.Good["ES256"])));
        Assert.Equal(1, gate.Issuer.Asked["/keys"]);

        gate.Gate.Time.Advance(TimeSpan.FromMinutes(61));
        await gate.AuthenticateAsync(gate.Tokens.Good["ES256"]);
        Assert.Equal(2, gate.Issuer.Asked["/keys"]);
    }

    [Fact]
    public async Task Key_that_the_issuer_took_away_stops_counting_within_the_hour()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        Assert.NotNull((await gate.AuthenticateAsync(gate.Tokens.Good["ES256"])).Caller);
        gate.Issuer.Keys = """{"keys":[]}""";

        gate.Gate.Time.Advance(TimeSpan.FromMinutes(61));

        Assert.Equal("jws_kid_unknown", (await gate.AuthenticateAsync(gate.Tokens.Good["ES256"])).Reason);
    }

    [Fact]
    public async Task Outage_is_bridged_for_a_day_and_no_longer()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        await gate.AuthenticateAsync(gate.Tokens.Good["ES256"]);
        gate.Issuer.Down = HttpStatusCode.InternalServerError;

        gate.Gate.Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal("jwt_expired", (await gate.AuthenticateAsync(gate.Tokens.Good["ES256"])).Reason); // its keys are known
        int asked = gate.Issuer.Asked["/.well-known/openid-configuration"];
        await gate.AuthenticateAsync(gate.Tokens.Good["ES256"]);
        Assert.Equal(asked, gate.Issuer.Asked["/.well-known/openid-configuration"]); // not asked again at once

        gate.Gate.Time.Advance(TimeSpan.FromHours(1));
        await IsUnavailableAsync(gate);
    }

    [Fact]
    public async Task Issuer_that_was_down_is_asked_again_after_five_seconds()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        gate.Issuer.Down = HttpStatusCode.InternalServerError;
        await IsUnavailableAsync(gate);
        gate.Issuer.Down = null;
        await IsUnavailableAsync(gate);

        gate.Gate.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.NotNull((await gate.AuthenticateAsync(gate.Tokens.Good["ES256"])).Caller);
    }

    [Theory]
    [InlineData("issuer", "https://login.example/{tenantid}/v2.0")]
    [InlineData("jwks_uri", "http://keys.example/keys")]
    [InlineData("jwks_uri", "file:///etc/passwd")]
    [InlineData("jwks_uri", "/keys")]
    [InlineData("jwks_uri", 7)]
    public async Task Metadata_that_is_not_its_own_or_leads_off_https_is_not_believed(string member, object value)
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        gate.Issuer.Metadata[member] = value;

        await IsUnavailableAsync(gate);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    public async Task Keys_that_are_no_key_set_are_not_believed(string keys)
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        gate.Issuer.Keys = keys;

        await IsUnavailableAsync(gate);
    }

    [Fact]
    public async Task Endless_answer_is_not_read_to_its_end()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        gate.Issuer.Keys = """{"keys":[],"x":" """ + new string('x', 300 * 1024) + "\"}";

        await IsUnavailableAsync(gate);
    }

    [Fact]
    public async Task Redirect_is_not_followed()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        gate.Issuer.Down = HttpStatusCode.Redirect;

        await IsUnavailableAsync(gate);
    }

    private static async Task IsUnavailableAsync(WorkloadGate gate)
    {
        ProblemException problem = await Assert.ThrowsAsync<ProblemException>(() => gate.AuthenticateAsync(gate.Tokens.Good["ES256"]));
        Assert.Equal(ProblemTypes.IssuerUnavailable, problem.Type);
        Assert.NotNull(problem.RetryAfter);
    }
}
