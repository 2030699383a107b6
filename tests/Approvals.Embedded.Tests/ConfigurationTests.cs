using Approvals.Embedded.Configuration;
using Approvals.Embedded.Data;
using Approvals.Notifications.Teams;
using Approvals.Policy;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Embedded.Tests;

public sealed class ConfigurationTests
{
    [Fact]
    public void Template_reads_and_its_reviewer_is_in_every_group_that_the_default_policy_asks()
    {
        GateConfiguration configuration = ConfigurationReader.Read(ConfigurationTemplate.Text, "approvals.yaml");
        Assert.True(configuration.NotifyOnConsole);
        Assert.True(configuration.Listen.IsLoopback);
        Assert.Equal("policy.yaml", Path.GetFileName(configuration.PolicyPath));
        Assert.Equal(["data-owners", "platform", "security"], Assert.Single(configuration.People).Groups.Order());
    }

    [Theory]
    [InlineData("version: 2", "write 'version: 1'")]
    [InlineData("version: 1\nlisen: http://localhost", "'lisen' is not known")]
    [InlineData("version: 1\nlisten: ftp://localhost", "an http or https URL")]
    [InlineData("version: 1\nlisten: http://user:pass@localhost", "an http or https URL")]
    [InlineData("version: 1\nname: two words", "a name is made of")]
    [InlineData("version: 1\nnotifications: pigeon", "'console' or 'none'")]
    [InlineData("version: 1\npeople: dana", "a list is expected")]
    [InlineData("version: 1\npeople:\n  - name: Dana", "needs a 'subject'")]
    [InlineData("version: 1\npeople:\n  - subject: dana\n  - subject: dana", "there twice")]
    [InlineData("version: 1\ncallbacks:\n  hosts: ['https://x.example']", "a callback host is a host name")]
    [InlineData("version: 1\nversion: 1", "not YAML")]
    [InlineData("[", "not YAML")]
    [InlineData("", "one YAML document")]
    public void File_that_is_wrong_is_refused_with_place_and_remedy(string text, string message)
    {
        SetupException refused = Assert.Throws<SetupException>(() => ConfigurationReader.Read(text, "approvals.yaml"));
        Assert.Equal("configuration_invalid", refused.Code);
        Assert.StartsWith("approvals.yaml:", refused.Message, StringComparison.Ordinal);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bot_for_teams_is_read_and_used_only_where_it_is_configured()
    {
        GateConfiguration configuration = ConfigurationReader.Read(Bot(), "approvals.yaml");
        TeamsBotOptions bot = configuration.Notifications.TeamsBot!;
        Assert.Equal(["teamsBot"], configuration.Notifications.Order);
        Assert.Equal(("0e1f5f0a-0000-4000-8000-00000000b070", "https://smba.trafficmanager.net/emea/", "env:BOT_SECRET"), (bot.AppId, bot.Service.AbsoluteUri, bot.Secret.ToString()));
        Assert.Equal("19:abc@thread.tacv2", bot.Conversations["*"]);
        Assert.Equal(new PrincipalId(Principal.LocalIssuer, "dana"), bot.People["da4a0000-0000-4000-8000-000000000001"]);
        Assert.Null(ConfigurationReader.Read("version: 1\nnotifications:\n  teams: {channels: {\"*\": env:URL}}", "approvals.yaml").Notifications.TeamsBot);
    }

    [Theory]
    [InlineData("app: 0E1F5F0A-0000-4000-8000-00000000B070", "app: my-bot", "app: the id of Entra ID")]
    [InlineData("app: 0E1F5F0A-0000-4000-8000-00000000B070, ", "", "'app' is missing")]
    [InlineData("tenant: 7e4a4700-0000-4000-8000-000000000001", "tenant: contoso.com", "tenant: the id of Entra ID")]
    [InlineData("secret: env:BOT_SECRET", "secret: the-secret-itself", "name where the secret is, never the secret")]
    [InlineData("secret: env:BOT_SECRET, ", "", "'secret' is missing")]
    [InlineData("emea/\"", "emea\"", "service: the Bot Connector's address ends with a slash")]
    [InlineData("\"https://smba", "\"http://smba", "an https URL is expected")]
    [InlineData("service: \"https://smba.trafficmanager.net/emea/\", ", "", "'service' is missing")]
    [InlineData("{\"*\": \"19:abc@thread.tacv2\"}", "{}", "conversations: name the channel")]
    [InlineData("tacv2", "tacv2;messageid=1", "without ';messageid=")]
    [InlineData("da4a0000-0000-4000-8000-000000000001: dana", "dana@example.com: dana", "people: the id of Entra ID")]
    [InlineData("000001: dana", "000001: dana, DA4A0000-0000-4000-8000-000000000001: ben", "people: a user is there twice")]
    [InlineData("people:", "persons:", "'persons' is not known here; known are app, tenant")]
    public void Bot_for_teams_that_is_wrong_is_refused_by_the_name_of_the_key(string right, string wrong, string message)
    {
        string text = Bot().Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Bot(), text);
        SetupException refused = Assert.Throws<SetupException>(() => ConfigurationReader.Read(text, "approvals.yaml"));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret-itself", refused.Message, StringComparison.Ordinal);
    }

    private static string Bot() =>
        "version: 1\nnotifications:\n  teamsBot: {app: 0E1F5F0A-0000-4000-8000-00000000B070, tenant: 7e4a4700-0000-4000-8000-000000000001, secret: env:BOT_SECRET, "
        + "service: \"https://smba.trafficmanager.net/emea/\", conversations: {\"*\": \"19:abc@thread.tacv2\"}, people: {da4a0000-0000-4000-8000-000000000001: dana}}";

    [Fact]
    public void Policy_that_cannot_be_loaded_leaves_the_old_one_in_force()
    {
        using var folder = new TempFolder();
        using var time = new TickingTime();
        File.WriteAllText(folder["policy.yaml"], PolicySet.DefaultYaml);
        using var policy = new PolicyFile(folder["policy.yaml"], time, NullLogger<PolicyFile>.Instance);
        policy.Watch();
        string first = policy.Current.Digest;

        File.WriteAllText(folder["policy.yaml"], "rules: [");
        time.Settle();
        Assert.Equal(first, policy.Current.Digest);
        Assert.NotNull(policy.Problem);

        File.WriteAllText(folder["policy.yaml"], PolicySet.DefaultYaml + "\n# changed\n");
        time.Settle();
        Assert.NotEqual(first, policy.Current.Digest);
        Assert.Null(policy.Problem);

        File.Delete(folder["policy.yaml"]);
        time.Settle();
        Assert.NotNull(policy.Problem);
    }

    [Fact]
    public void Data_file_of_the_policy_is_part_of_it()
    {
        using var folder = new TempFolder();
        using var time = new TickingTime();
        const string text = "version: 1\ndata: own.yaml\nrules: [{id: a, when: 'action.type in lists.own', verdict: deny}]\n";
        File.WriteAllText(folder["policy.yaml"], PolicySet.DefaultYaml);
        using var policy = new PolicyFile(folder["policy.yaml"], time, NullLogger<PolicyFile>.Instance);
        policy.Watch();

        File.WriteAllText(folder["policy.yaml"], text);
        time.Settle();
        Assert.NotNull(policy.Problem); // its data file is not there yet
        File.WriteAllText(folder["own.yaml"], "lists: {own: [x]}");
        time.Settle();
        Assert.Null(policy.Problem);
        string first = policy.Current.Digest;
        Assert.Equal("own.yaml", policy.Current.DataFiles.Single().Name);

        File.WriteAllText(folder["own.yaml"], "lists: {own: [x, y]}");
        time.Settle();
        Assert.NotEqual(first, policy.Current.Digest);
        string second = policy.Current.Digest;
        File.WriteAllText(folder["own.yaml"], "lists: {own: x}");
        time.Settle();
        Assert.Equal(second, policy.Current.Digest);
        Assert.NotNull(policy.Problem);
    }

    [Fact]
    public void Policy_that_is_still_being_written_never_judges()
    {
        using var folder = new TempFolder();
        using var time = new TickingTime();
        const string whole = "version: 1\nrules:\n  - {id: a, when: 'action.type == \"x\"', verdict: allow}\n  - {id: b, when: 'action.type == \"x\"', verdict: deny}\n";
        File.WriteAllText(folder["policy.yaml"], PolicySet.DefaultYaml);
        using var policy = new PolicyFile(folder["policy.yaml"], time, NullLogger<PolicyFile>.Instance);
        policy.Watch();
        string first = policy.Current.Digest;
        time.Settle();

        // The first half is a policy of its own, which allows what the whole denies.
        File.WriteAllText(folder["policy.yaml"], whole[..whole.IndexOf("  - {id: b", StringComparison.Ordinal)]);
        time.Tick();
        Assert.Equal(first, policy.Current.Digest);
        File.WriteAllText(folder["policy.yaml"], whole);
        time.Tick();
        Assert.Equal(first, policy.Current.Digest);
        time.Tick();
        Assert.Equal(["a", "b"], policy.Current.RuleIds);
    }

    [Fact]
    public async Task Directory_unites_people_of_the_file_with_holders_of_keys()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        var dana = new Principal(PrincipalKind.Human, Principal.LocalIssuer, "dana", "Dana", ["security"]);
        var gone = new PrincipalId("elsewhere", "gone");
        var directory = new FileDirectory([dana], stores.Credentials);
        await AddAsync("1", dana with { Groups = ["on-call"] });
        await AddAsync("2", new Principal(PrincipalKind.Human, Principal.LocalIssuer, "kim", "Kim", ["security"]));
        await AddAsync("3", new Principal(PrincipalKind.Service, Principal.LocalIssuer, "bot", "Bot", ["security"]), dana.Id, gone);
        await stores.RestartAsync();
        directory = new FileDirectory([dana], stores.Credentials);

        Assert.Equal(["security", "on-call"], (await directory.FindAsync(dana.Id, default))!.Groups);
        Assert.Equal(["dana", "kim"], (await directory.MembersAsync(["security"], default)).Select(person => person.Subject));
        Assert.Equal([dana.Id, gone], (await directory.OwnersAsync(new PrincipalId(Principal.LocalIssuer, "bot"), default)).Select(owner => owner.Id));
        await stores.Credentials.RevokeAsync("2", DateTimeOffset.UnixEpoch, default);
        Assert.Null(await directory.FindAsync(new PrincipalId(Principal.LocalIssuer, "kim"), default));

        Task AddAsync(string keyId, Principal principal, params PrincipalId[] owners) =>
            stores.Credentials.AddAsync(new Credential(keyId, "hash", principal, [Role.Requester], owners, DateTimeOffset.UnixEpoch), default);
    }

    /// <summary>Timers that fire when the test says so.</summary>
    private sealed class TickingTime : TimeProvider, IDisposable
    {
        private Action tick = () => { };

        public void Tick() => tick();

        /// <summary>A change is read once it has stayed the same from one look to the next.</summary>
        public void Settle()
        {
            Tick();
            Tick();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            tick = () => callback(state);
            return new Still();
        }

        public void Dispose() => tick = () => { };

        private sealed class Still : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
