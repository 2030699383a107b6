using System.Text.Json;
using Approvals.Durable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Engine.Tests;

/// <summary>An engine on a folder of its own, which can crash and be started again.</summary>
public sealed class TestHost : IAsyncDisposable
{
    private readonly List<OrchestrationDefinition> _orchestrations = [];
    private readonly List<ActivityDefinition> _activities = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("engine-").FullName;

    public ManualClock Clock { get; } = new();

    public EngineOptions Options { get; set; } = new();

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public Database Database { get; private set; } = null!;

    public EngineHost Engine { get; private set; } = null!;

    public IDurableClient Client => Engine.Client;

    public TestHost With<TInput, TOutput>(string name, Func<IOrchestrationContext, TInput, Task<TOutput>> run, int version = 1)
    {
        _orchestrations.Add(OrchestrationDefinition.Create(name, version, run));
        return this;
    }

    public TestHost WithActivity<TInput, TOutput>(string name, Func<ActivityContext, TInput, Task<TOutput>> run)
    {
        _activities.Add(ActivityDefinition.Create<TInput, TOutput>(name, (context, input, _) => run(context, input)));
        return this;
    }

    public TestHost WithActivity(ActivityDefinition activity)
    {
        _activities.Add(activity);
        return this;
    }

    public TestHost Forget(string orchestration, int version)
    {
        _orchestrations.RemoveAll(definition => definition.Name == orchestration && definition.Version == version);
        return this;
    }

    public async Task<TestHost> StartAsync()
    {
        Database = new Database(Folder, Loggers.CreateLogger<Database>());
        Engine = new EngineHost(Database, Options, Clock, Loggers.CreateLogger<EngineHost>());
        _orchestrations.ForEach(definition => Engine.Add(definition));
        _activities.ForEach(definition => Engine.Add(definition));
        Database.Open();
        await Engine.StartAsync();
        return this;
    }

    /// <summary>Ends without draining or checkpointing, as a killed process does; what was queued is lost.</summary>
    public void Crash()
    {
        Engine.Abandon();
        Database.Abandon();
    }

    public async Task<TestHost> CrashAndRestartAsync()
    {
        Crash();
        return await StartAsync();
    }

    public async Task<TestHost> RestartAsync()
    {
        await Engine.DisposeAsync();
        Database.Dispose();
        return await StartAsync();
    }

    /// <summary>Waits until nothing of the engine moves: every instance waits or has ended.</summary>
    public async Task SettleAsync()
    {
        await Engine.IdleAsync();
    }

    public async Task<InstanceState> EndAsync(string id)
    {
        await SettleAsync();
        InstanceState? state = await Client.GetAsync(id);
        Assert.NotNull(state);
        Assert.True(state.HasEnded, $"{id} is {state.Status} with status {state.CustomStatusJson}");
        return state;
    }

    public async ValueTask DisposeAsync()
    {
        if (Engine is not null)
            await Engine.DisposeAsync();
        Database?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    public static T Json<T>(string? json) => JsonSerializer.Deserialize<T>(json!, DurableJson.Options)!;
}
