using ApprovalFunctions.Settings;
using Approvals.Notifications;
using Approvals.Notifications.Teams;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.Configuration;

namespace ApprovalFunctions.Tests.Settings;

/// <summary>Channels as app settings have them.</summary>
public sealed class NotificationSettingsTests
{
    private static readonly Dictionary<string, string?> Bot = new()
    {
        ["TeamsBot:App"] = "0E1F5F0A00004000800000000000B070",
        ["TeamsBot:Tenant"] = "7e4a4700-0000-4000-8000-000000000001",
        ["TeamsBot:Secret"] = "env:BOT_SECRET",
        ["TeamsBot:Service"] = "https://smba.trafficmanager.net/emea/",
        ["TeamsBot:Conversations:data-owners"] = "19:abc@thread.tacv2",
        ["TeamsBot:People:da4a0000000040008000000000000001"] = "dana",
    };

    [Fact]
    public void Bot_for_teams_is_read_and_used_only_where_it_is_configured()
    {
        NotificationOptions options = Read(Bot);
        TeamsBotOptions bot = options.TeamsBot!;
        Assert.Equal(["teamsBot"], options.Order);
        Assert.Equal(("0e1f5f0a-0000-4000-8000-00000000b070", "7e4a4700-0000-4000-8000-000000000001", "env:BOT_SECRET"), (bot.AppId, bot.TenantId, bot.Secret.ToString()));
        Assert.Equal("19:abc@thread.tacv2", bot.Conversations["data-owners"]);
        Assert.Equal(new PrincipalId(Principal.LocalIssuer, "dana"), bot.People["da4a0000-0000-4000-8000-000000000001"]);
        Assert.Equal(TeamsCloud.Public, bot.Cloud);
        Assert.Null(Read([]).TeamsBot);
    }

    [Theory]
    [InlineData("TeamsBot:App", "my-bot", "TeamsBot: app:")]
    [InlineData("TeamsBot:Tenant", null, "TeamsBot: tenant:")]
    [InlineData("TeamsBot:Secret", "the-secret-itself", "TeamsBot:Secret:")]
    [InlineData("TeamsBot:Secret", null, "TeamsBot:Secret:")]
    [InlineData("TeamsBot:Service", "http://smba.trafficmanager.net/emea/", "TeamsBot:Service:")]
    [InlineData("TeamsBot:Service", "https://smba.trafficmanager.net/emea", "TeamsBot: service:")]
    [InlineData("TeamsBot:Conversations:data-owners", "19:abc@thread.tacv2;messageid=1", "TeamsBot: conversations:")]
    [InlineData("TeamsBot:People:dana@example.com", "dana", "TeamsBot: people:")]
    public void Bot_for_teams_that_is_wrong_is_refused_by_the_name_of_the_setting(string setting, string? value, string named)
    {
        FormatException refused = Assert.Throws<FormatException>(() => Read(new Dictionary<string, string?>(Bot) { [setting] = value }));
        Assert.StartsWith("Approvals:Notifications:" + named, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret-itself", refused.Message, StringComparison.Ordinal);
    }

    private static NotificationOptions Read(Dictionary<string, string?> settings) =>
        (new ConfigurationBuilder().AddInMemoryCollection(settings).Build().Get<NotificationSettings>() ?? new NotificationSettings()).ToOptions();
}
