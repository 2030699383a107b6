using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Contract;
using Approvals.Conformance.Target;

[assembly: AssemblyFixture(typeof(TargetGate))]

namespace Approvals.Conformance.Target;

/// <summary>
/// The gate under test: the one that <c>APPROVALS_BASE_URL</c> names, set up with the admin key in <c>APPROVALS_ADMIN_KEY</c>, otherwise an embedded
/// host of our own. What that host must have is in docs/conformance.md. Keys, services and actions are made anew for each run, so nothing depends on
/// what a host holds already.
/// </summary>
public sealed class TargetGate : IAsyncLifetime
{
    private const string UrlVariable = "APPROVALS_BASE_URL";
    private const string KeyVariable = "APPROVALS_ADMIN_KEY";

    private readonly List<string> made = [];
    private HostProcess? process;
    private Uri url = null!;
    private ContractHandler contract = null!;

    /// <summary>Unique to this run.</summary>
    public string Run { get; } = RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>Whether the suite started the host itself.</summary>
    public bool IsEmbedded => process is not null;

    /// <summary>How long a step of the gate may take before a test gives up: a deadline, never a pause.</summary>
    public TimeSpan Patience => IsEmbedded ? TimeSpan.FromSeconds(60) : TimeSpan.FromMinutes(5);

    public Uri Url => url;

    public OpenApi Api { get; private set; } = null!;

    /// <summary>The ledger as it was before this run: what is in it by then is not ours.</summary>
    public string FirstCheckpoint { get; private set; } = "";

    public Caller Nobody { get; private set; } = null!;

    public Caller Admin { get; private set; } = null!;

    public Caller Auditor { get; private set; } = null!;

    /// <summary>A service that asks; Olga owns it.</summary>
    public Caller Pipeline { get; private set; } = null!;

    /// <summary>Another service that asks, nobody's.</summary>
    public Caller Stranger { get; private set; } = null!;

    /// <summary>A service that runs what others asked for.</summary>
    public Caller Runner { get; private set; } = null!;

    public Caller Agent { get; private set; } = null!;

    /// <summary>Reviewers in every group of the default policy.</summary>
    public Caller Ann { get; private set; } = null!;

    public Caller Ben { get; private set; } = null!;

    /// <summary>A reviewer in the same groups, who owns the pipeline.</summary>
    public Caller Olga { get; private set; } = null!;

    /// <summary>A reviewer whom policy never asks.</summary>
    public Caller Lou { get; private set; } = null!;

    /// <summary>A person who asks, and would review too.</summary>
    public Caller Paul { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        string adminKey = await FindHostAsync();
        using (var plain = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(2) })
            Api = OpenApi.Parse(await plain.GetByteArrayAsync("openapi/v1.json"));
        contract = new ContractHandler(Api);
        Nobody = new Caller(Client(), "nobody", "", null);
        Admin = Nobody with { Subject = "admin", Key = adminKey };
        FirstCheckpoint = (await Nobody.GetAsync("ledger/checkpoint")).Is(200).Text;

        Auditor = await AddAsync("service", "auditor", ["auditor"]);
        Ann = await AddAsync("human", "ann", ["reviewer"]);
        Ben = await AddAsync("human", "ben", ["reviewer"]);
        Olga = await AddAsync("human", "olga", ["reviewer"]);
        Lou = await AddAsync("human", "lou", ["reviewer"]);
        Paul = await AddAsync("human", "paul", ["requester", "reviewer"]);
        Pipeline = await AddAsync("service", "pipeline", ["requester"], owner: Olga);
        Stranger = await AddAsync("service", "stranger", ["requester"]);
        Runner = await AddAsync("service", "runner", ["requester"]);
        Agent = await AddAsync("agent", "agent", ["requester"], owner: Olga);
        TestContext.Current.SendDiagnosticMessage(Description);
    }

    public string Description => $"host under test: {(IsEmbedded ? "embedded (approvals serve)" : "named by " + UrlVariable)} at {url}";

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
            return;
        }

        foreach (string keyId in made) await Admin.DeleteAsync("api/principals/" + keyId); // a host that lives on keeps none of our keys
    }

    /// <summary>What the host logged; nothing where it is not ours.</summary>
    public string HostLog => process?.Log ?? "";

    /// <summary>A client of this gate whose every answer is held against the contract.</summary>
    public HttpClient Client() => new(contract, disposeHandler: false) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(3) };

    /// <summary>A name that no other test and no other run has.</summary>
    public string Unique(string name) => $"{name}-{Run}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";

    /// <summary>Makes a key of this run: for a service or agent that is made with it, or for one of the people whom the host's configuration lists.</summary>
    public async Task<Caller> AddAsync(string kind, string name, string[] roles, Caller? owner = null)
    {
        string subject = kind == "human" ? $"conformance-{name}@example.com" : Unique(name);
        var body = new JsonObject { ["kind"] = kind, ["subject"] = subject, ["displayName"] = char.ToUpperInvariant(name[0]) + name[1..], ["roles"] = List(roles) };
        if (owner is not null) body["owners"] = List([owner.Subject]);
        JsonElement created = (await Admin.PostAsync("api/principals", body)).Is(201).Json;
        string keyId = created.GetProperty("keyId").GetString()!;
        lock (made) made.Add(keyId);
        return Nobody with { Subject = subject, KeyId = keyId, Key = created.GetProperty("key").GetString() };
    }

    public static JsonArray List(IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    private async Task<string> FindHostAsync()
    {
        if (Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 } named)
        {
            url = new Uri(named.EndsWith('/') ? named : named + "/");
            return Environment.GetEnvironmentVariable(KeyVariable) ?? throw new InvalidOperationException($"Set {KeyVariable} to an admin key of the gate at {url}.");
        }

        process = await HostProcess.StartAsync();
        url = process.Url;
        return process.AdminKey;
    }
}
