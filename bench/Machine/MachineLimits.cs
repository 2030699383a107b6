using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Approvals.Bench.Gate;
using Approvals.Bench.Results;
using Approvals.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Bench.Machine;

/// <summary>What this machine can do at most, measured just before what is compared with it.</summary>
internal static class MachineLimits
{
    public const string Area = "machine";
    public const string Signatures = "ES256 signatures, one core";
    public const string Verifications = "ES256 verifications, one core";
    public const string SingleRows = "durable rows, one by one";
    public const string GroupRows = "durable rows, 4,096 a commit";
    public const string Posts = "bare Kestrel, POSTs of 2 KB";
    public const string Hashing = "SHA-256, one core";
    public const string Utf8Scan = "UTF-8 validation, one core";

    private const string RowSchema = "CREATE TABLE row(position INTEGER PRIMARY KEY, instance INTEGER, record BLOB); CREATE INDEX row_instance ON row(instance)";

    public static async Task MeasureAsync(ResultSheet sheet, string folder, TimeSpan duration, int clients)
    {
        sheet.Say("machine: what it can do at most");
        Directory.CreateDirectory(folder);
        Add("fsync of 4 KB", Syncs(Path.Combine(folder, "sync"), duration), "/s");
        await RowsAsync(sheet, Path.Combine(folder, "rows"), duration);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] digest = SHA256.HashData("bench"u8);
        byte[] signature = key.SignHash(digest);
        Add(Signatures, Rate(duration, () => key.SignHash(digest)), "/s");
        Add(Verifications, Rate(duration, () => key.VerifyHash(digest, signature)), "/s");
        byte[] text = Encoding.UTF8.GetBytes(ActionBodies.Delivery(1));
        byte[] block = new byte[1 << 20];
        Add(Hashing, Rate(duration, () => SHA256.HashData(block)) * block.Length / 1e6, "MB/s");
        byte[] large = [.. Enumerable.Repeat(text, (16 << 20) / text.Length).SelectMany(bytes => bytes)];
        byte[] copy = new byte[large.Length];
        Add("memory copy, one core", Rate(duration, () => large.CopyTo(copy, 0)) * large.Length / 1e6, "MB/s");
        Add(Utf8Scan, Rate(duration, () => Utf8.IsValid(large)) * large.Length / 1e6, "MB/s");
        await KestrelAsync(sheet, duration, clients);

        void Add(string name, double value, string unit) => sheet.Add(new Figure(Area, name, value, unit));
    }

    private static double Rate(TimeSpan duration, Action action)
    {
        action();
        long count = 0;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < duration)
        {
            action();
            count++;
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    private static double Syncs(string file, TimeSpan duration)
    {
        byte[] page = new byte[4096];
        using FileStream stream = File.Create(file);
        return Rate(duration, () =>
        {
            stream.Write(page);
            stream.Flush(flushToDisk: true);
        });
    }

    private static async Task RowsAsync(ResultSheet sheet, string folder, TimeSpan duration)
    {
        using var database = new Database(folder, NullLogger<Database>.Instance);
        database.AddSchema("bare", RowSchema);
        database.Open();
        byte[] record = new byte[300];
        foreach ((string name, int rows) in new[] { (SingleRows, 1), (GroupRows, 4_096) })
        {
            long count = 0;
            var watch = Stopwatch.StartNew();
            for (; watch.Elapsed < duration; count += rows)
            {
                await database.WriteAsync(db =>
                {
                    for (int i = 0; i < rows; i++) db.Execute("INSERT INTO row(instance, record) VALUES (?1, ?2)", i, record);
                });
            }

            sheet.Add(new Figure(Area, name, count / watch.Elapsed.TotalSeconds, "/s"));
        }
    }

    /// <summary>The same clients against a server that reads the body and answers as much as the gate does, and nothing else.</summary>
    private static async Task KestrelAsync(ResultSheet sheet, TimeSpan duration, int clients)
    {
        using ChildProcess server = await ChildProcess.StartAsync("bare-host");
        var url = new Uri(server.Hello);
        double rate = 0;
        foreach (TimeSpan time in new[] { duration, duration * 2 }) // The first warms up.
        {
            long count = 0;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    using var wire = new Wire(url);
                    byte[] request = Requests.Post("/api/actions", "apk_0000000000000000_0000000000000000000000000000000000000000000000000000000000000000", ActionBodies.Delivery(1));
                    while (watch.Elapsed < time)
                    {
                        wire.Send(request);
                        Interlocked.Increment(ref count);
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            rate = count / watch.Elapsed.TotalSeconds;
        }

        sheet.Add(new Figure(Area, Posts, rate, "/s") { Note = $"{clients} connections, clients on the same machine" });
    }
}
