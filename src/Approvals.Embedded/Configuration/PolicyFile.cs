using System.Globalization;
using System.Text;
using Approvals.Embedded.Data;
using Approvals.Policy;
using Microsoft.Extensions.Logging;

namespace Approvals.Embedded.Configuration;

/// <summary>
/// The policy in force, read from a file and the data files beside it. Looked at once a second: a new version is read once it has stayed the same from one look to the next, so
/// that a file which an editor is still writing never judges, and taken over whole when it is sound; one that is not is reported, and the old one
/// stays in force.
/// </summary>
public sealed class PolicyFile : IDisposable
{
    private const int MaximumBytes = 4 << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string path;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private volatile PolicySet current;
    private string seen;
    private string last = "";
    private IReadOnlyList<string> dataFiles = [];
    private ITimer? timer;
    private Func<PolicySet, Task<Func<Task>>>? record;
    private Func<Task>? announce;
    private int looking;

    /// <exception cref="PolicyException">The file is there, and wrong.</exception>
    /// <exception cref="SetupException"><c>policy_unreadable</c>.</exception>
    public PolicyFile(string path, TimeProvider time, ILogger<PolicyFile> logger)
    {
        (this.path, this.time, this.logger) = (path, time, logger);
        seen = Stamp();
        current = Load();
    }

    /// <summary>What judges now. Ask once per action.</summary>
    public PolicySet Current => current;

    /// <summary>Why the file as it is now is not in force, or <see langword="null"/> when it is.</summary>
    public string? Problem { get; private set; }

    public void Dispose() => timer?.Dispose();

    /// <summary>Looks at the file from here on; before, it stays what it was when it was read first.</summary>
    /// <param name="record">Called with a policy before it judges, and with what is to be done once it does.</param>
    public void Watch(Func<PolicySet, Task<Func<Task>>>? record = null)
    {
        this.record = record;
        timer = time.CreateTimer(_ => _ = LookAsync(), null, Interval, Interval);
    }

    private async Task LookAsync()
    {
        if (Interlocked.Exchange(ref looking, 1) == 1) return; // the last look still goes on
        string now = Stamp();
        try
        {
            await AnnounceAsync();
            if (now == seen) return;
            if (now != last) return;
            PolicySet loaded = Load();
            if (Stamp() != now) return; // written to while it was read
            if (loaded.Digest != current.Digest)
            {
                // INVARIANT: no policy judges that is not recorded. What fails here is tried again at the next look.
                if (record is not null) announce = await record(loaded);
                current = loaded;
                logger.LogInformation("The policy is now {Digest}, with {Rules} rules.", loaded.Digest, loaded.RuleIds.Count);
            }

            (seen, Problem) = (now, null);
            await AnnounceAsync();
        }
        catch (Exception error) when (error is PolicyException or SetupException)
        {
            seen = now; // wrong until it is changed again
            Problem = "the policy file as it is now cannot be loaded";
            logger.LogError("The changed policy is not in force, the one before ({Digest}) stays: {Problem}", current.Digest, error.Message);
        }
        catch (Exception error)
        {
            Problem = "the change of the policy cannot be read or recorded at present";
            logger.LogError("A change of the policy is tried again ({Digest} is in force): {Problem}", current.Digest, error.GetType().Name);
        }
        finally
        {
            last = now;
            Volatile.Write(ref looking, 0);
        }
    }

    private async Task AnnounceAsync()
    {
        if (announce is not { } tell) return;
        await tell();
        announce = null;
    }

    private PolicySet Load()
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MaximumBytes) throw new SetupException("policy_unreadable", $"The policy file '{path}' is larger than {MaximumBytes} bytes.");
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SetupException("policy_unreadable", $"The policy file '{path}' cannot be read; check the path in approvals.yaml and the file's mode.", error);
        }

        // Also those that could not be read are looked at from now on: they may come.
        var named = new List<string>();
        Func<string, string?> read = PolicyDataFile.Beside(path);
        try
        {
            return PolicySet.Load(text, Path.GetFileName(path), name =>
            {
                named.Add(name);
                return read(name);
            });
        }
        finally
        {
            dataFiles = named;
        }
    }

    /// <summary>Changes when the policy file or one of its data files does.</summary>
    private string Stamp()
    {
        var stamp = new StringBuilder();
        foreach (string name in dataFiles.Prepend(Path.GetFileName(path)))
        {
            var file = new FileInfo(Path.Combine(Path.GetDirectoryName(path)!, name));
            stamp.Append(CultureInfo.InvariantCulture, $"{name}|{(file.Exists ? file.LastWriteTimeUtc.Ticks : 0)}|{(file.Exists ? file.Length : 0)}|");
        }

        return stamp.ToString();
    }
}
