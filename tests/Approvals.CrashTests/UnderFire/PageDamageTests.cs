using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;
using Approvals.Embedded.Data;
using Approvals.Embedded.Hosting;
using Approvals.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.CrashTests.UnderFire;

/// <summary>
/// One bit that flips, or a page that is half empty, anywhere in the database of a gate that is down: afterwards it does not start, or answers as it did,
/// or with an error that says so; never with something else. With <c>APPROVALS_FLIPS=COUNT</c> so many are tried, at places that <c>APPROVALS_FLIPS_SEED</c> gives.
/// </summary>
public sealed class PageDamageTests(ITestOutputHelper output)
{
    private const int AtOnce = 4;
    private const int PageSize = 8192;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("flipped")]
    [InlineData("torn")]
    public async Task Damage_anywhere_is_an_error_or_changes_no_answer(string how)
    {
        int flips = Number("APPROVALS_FLIPS", 40);
        var dice = new Dice((ulong)Number("APPROVALS_FLIPS_SEED", 1));
        using GateFolder folder = await GateFolder.CreateAsync();
        string[] ids = await LiveAsync(folder);
        Dictionary<string, string> sound = await AskAsync(folder, ids) ?? throw new InvalidOperationException("The gate does not start undamaged.");
        Assert.DoesNotContain(sound, answer => answer.Value.StartsWith('5'));
        using (var database = new Database(folder.Data, NullLogger<Database>.Instance)) database.Open(); // checkpoints: all is in the one file now
        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(folder.Data, Database.FileName));

        (int At, int Bit)[] places = [.. Enumerable.Range(0, flips).Select(_ => (Used(bytes, dice), dice.Next(8)))];
        (int refused, int erring, int same) = (0, 0, 0);
        var wrong = new List<string>();
        await Parallel.ForEachAsync(places, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (place, _) =>
        {
            using GateFolder damaged = folder.Sibling();
            Copy(folder.Data, damaged.Data);
            byte[] flipped = [.. bytes];
            if (how == "flipped") flipped[place.At] ^= (byte)(1 << place.Bit);
            else flipped.AsSpan((Math.Max(1, place.At / PageSize) * PageSize) + (PageSize / 2), PageSize / 2).Clear();
            await File.WriteAllBytesAsync(Path.Combine(damaged.Data, Database.FileName), flipped, CancellationToken.None);
            Dictionary<string, string>? answers = await AskAsync(damaged, ids);
            string[] others = answers is null ? [] : [.. answers.Where(answer => !answer.Value.StartsWith("503", StringComparison.Ordinal) && answer.Value != sound.GetValueOrDefault(answer.Key))
                .Select(answer => $"{answer.Key}: {answer.Value}\n  instead of {sound.GetValueOrDefault(answer.Key)}")];
            lock (wrong)
            {
                if (answers is null) refused++;
                else if (others.Length > 0) wrong.Add($"Bit {place.Bit} of byte {place.At}: {string.Join('\n', others)}");
                else if (answers.Any(answer => answer.Value.StartsWith('5'))) erring++;
                else same++;
            }
        });
        output.WriteLine($"{flips} times {how}: {refused} gates did not start, {erring} answered with errors, {same} as before, {wrong.Count} otherwise");
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    /// <summary>Actions of all outcomes, and one in review.</summary>
    private static async Task<string[]> LiveAsync(GateFolder folder)
    {
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        Life[] lives = [.. Enumerable.Range(0, 6).Select(number => new Life(client, (LifeKind)number, $"life-{number}"))];
        var waiting = new Life(client, LifeKind.ApprovedByOne, "waiting");
        await using GateProcess gate = GateProcess.Start(folder, link);
        await Task.WhenAll(lives.Select(life => life.RunAsync()));
        await waiting.InReviewAsync();
        await gate.StopAsync();
        return [.. lives.Select(life => life.Id), waiting.Id];
    }

    /// <summary>What a gate on the folder answers, by path; <see langword="null"/> when it does not start, and says why.</summary>
    private static async Task<Dictionary<string, string>?> AskAsync(GateFolder folder, string[] ids)
    {
        try
        {
            await using EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path));
            using var http = new HttpClient { BaseAddress = host.Url, Timeout = Patience };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", folder.Keys[Callers.Auditor]);
            var answers = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string path in ids.SelectMany(id => (string[])[$"api/actions/{id}", $"api/records/{id}"]).Append("api/actions?limit=50").Append("ledger/checkpoint").Append("api/principals"))
            {
                using HttpResponseMessage answer = await http.GetAsync(path);
                string body = (int)answer.StatusCode >= 400 ? "" : Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync());
                answers[path] = $"{(int)answer.StatusCode} {body}";
            }

            return answers;
        }
        catch (Exception refused) when (refused is DatabaseException or SetupException)
        {
            return null;
        }
        catch (Exception unclear) when (unclear is not HttpRequestException)
        {
            return new() { ["start"] = $"500 {unclear.GetType().Name} at {unclear.StackTrace}" };
        }
    }

    /// <summary>A byte that holds something: most of a page that is not full is zeros.</summary>
    private static int Used(byte[] bytes, Dice dice)
    {
        while (true)
        {
            int at = dice.Next(bytes.Length);
            if (bytes[at] != 0) return at;
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            if (file.EndsWith("-wal", StringComparison.Ordinal) || file.EndsWith("-shm", StringComparison.Ordinal) || file.EndsWith("host.lock", StringComparison.Ordinal)) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.GetDirectoryName(target)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
