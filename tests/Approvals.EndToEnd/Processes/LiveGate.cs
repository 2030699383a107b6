using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Target;

namespace Approvals.EndToEnd.Processes;

/// <summary>A gate that <c>approvals serve</c> runs in a folder of its own, set up over HTTP; review links come on its standard output, as on a reviewer's machine.</summary>
internal sealed class LiveGate : IAsyncDisposable
{
    public const string Name = "gate.example";
    public const string Reason = "Checked against the data processing agreement.";

    private readonly HttpClient http;

    private LiveGate(ApprovalsProcess process, string folder, Uri url)
    {
        (Process, Folder, Url) = (process, folder, url);
        http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(2) };
    }

    public ApprovalsProcess Process { get; }

    public string Folder { get; }

    public string DataFolder => Path.Combine(Folder, "approvals-data");

    public Uri Url { get; }

    public Caller Admin { get; private set; } = null!;

    public Caller Pipeline { get; private set; } = null!;

    /// <summary>A person of approvals.yaml, with a key of her own besides.</summary>
    public Caller Dana { get; private set; } = null!;

    public Dictionary<string, string> CommandEnvironment => new() { ["APPROVALS_URL"] = Url.ToString(), ["APPROVALS_KEY"] = Admin.Key! };

    public static async Task<LiveGate> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("end-to-end-").FullName;
        File.Copy(Path.Combine(AppContext.BaseDirectory, "policy.yaml"), Path.Combine(folder, "policy.yaml"));
        await File.WriteAllTextAsync(Path.Combine(folder, "approvals.yaml"), $"""
            version: 1
            name: {Name}
            listen: http://127.0.0.1:0
            policy: policy.yaml
            notifications: console
            people:
              - subject: dana@example.com
                name: Dana Reyes
                groups: [data-owners, security, platform]
            """);
        ApprovalsProcess process = ApprovalsProcess.Start(folder, new Dictionary<string, string>(), "serve");
        string listens = (await process.LineAsync(line => line.Contains("listens on", StringComparison.Ordinal))).Text;
        var gate = new LiveGate(process, folder, new Uri(listens[listens.IndexOf("http", StringComparison.Ordinal)..].Trim()));
        string key = (await process.LineAsync(line => line.Contains("apk_", StringComparison.Ordinal))).Text.Trim();
        gate.Admin = new Caller(gate.http, "admin", "", key);
        gate.Pipeline = await gate.AddAsync("service", "nightly-export", "requester");
        gate.Dana = await gate.AddAsync("human", "dana@example.com", "reviewer");
        return gate;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Process.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Asks for an action and waits until people are asked; the answer to the submission, and the personal link that the host told Dana.</summary>
    public async Task<(JsonElement Accepted, string Link)> AskAsync(JsonObject request)
    {
        JsonElement accepted = (await Pipeline.PostAsync("api/actions", request)).Is(202).Json;
        string id = accepted.GetProperty("id").GetString()!;
        int notice = (await Process.LineAsync(line => line.Contains(id, StringComparison.Ordinal) && line.Contains("waits for review", StringComparison.Ordinal))).Number;
        string link = (await Process.LineAsync(line => line.Contains("Dana Reyes: ", StringComparison.Ordinal), notice)).Text;
        return (accepted, link[link.IndexOf("http", StringComparison.Ordinal)..].Trim());
    }

    public async Task<JsonElement> DecidedAsync(string id)
    {
        JsonElement action = (await Pipeline.GetAsync($"api/actions/{id}?wait=60")).Is(200).Json;
        Assert.True(action.TryGetProperty("decision", out _), "The action is not decided.");
        return action;
    }

    /// <summary>An action that Dana approved over the API.</summary>
    public async Task<JsonElement> ApprovedAsync(JsonObject request)
    {
        (JsonElement accepted, _) = await AskAsync(request);
        string path = "api/actions/" + accepted.GetProperty("id").GetString();
        string view = (await Dana.GetAsync(path + "/view")).Is(200).Json.GetProperty("digest").GetString()!;
        (await Dana.PostAsync(path + "/votes", new JsonObject { ["verdict"] = "approve", ["justification"] = Reason, ["viewDigest"] = view })).Is(200);
        return accepted;
    }

    public static JsonObject Request() => new()
    {
        ["type"] = "data.export",
        ["target"] = new JsonObject { ["destination"] = "s3://partner-inbound/2026/", ["region"] = "eu-central-1" },
        ["parameters"] = new JsonObject { ["format"] = "parquet", ["contact"] = "anna.berg@northwind.example", ["rows"] = 48210 },
        ["justification"] = "Monthly list under DPA-2231.",
    };

    private async Task<Caller> AddAsync(string kind, string subject, string role)
    {
        var body = new JsonObject { ["kind"] = kind, ["subject"] = subject, ["roles"] = new JsonArray(role) };
        JsonElement created = (await Admin.PostAsync("api/principals", body)).Is(201).Json;
        return new Caller(http, subject, created.GetProperty("keyId").GetString()!, created.GetProperty("key").GetString());
    }
}
