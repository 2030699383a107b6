using System.Globalization;

namespace Approvals.Bench.Command;

/// <summary>What the command line says.</summary>
internal sealed record BenchOptions
{
    public const string Help = """
        Measures what is fast, as shares of what this machine can do at most (measured in the same run).

        Usage: dotnet run -c Release --project bench -- AREA [options]

        Areas:
          all         everything below but soak (about five minutes)
          http        the whole path over HTTP: rates, latencies, waiting actions, deadlines, restart
          engine      durable workflows alone
          ledger      appends, proofs, verifying a whole log
          policy      conditions and whole policies
          redaction   JSON, logs, inputs made to be slow
          soak        a steady load for a long time: memory, handles, WAL, latency; then a flood
          report      write docs/performance.md and its plots anew from a JSON file

        Options:
          --duration SECONDS  of each throughput measurement (20), or of the soak (600)
          --clients N         that put load on the gate at once (64)
          --waiting N         actions left waiting for review (20,000; the target is measured with 1,000,000:
                              about half an hour, 10 GB)
          --json FILE         write the results for machines
          --svg FOLDER        draw the plots
          --help

        Examples:
          dotnet run -c Release --project bench -- all --json results.json
          dotnet run -c Release --project bench -- http --duration 60 --clients 64
          dotnet run -c Release --project bench -- http --waiting 1000000 --json million.json
          dotnet run -c Release --project bench -- soak --duration 600 --json soak.json --svg plots
          dotnet run -c Release --project bench -- report results.json soak.json

        Progress goes to standard error, the table to standard output.
        Exit codes: 0 done, 2 wrong use, 3 something failed.
        """;

    public static readonly string[] Areas = ["all", "http", "engine", "ledger", "policy", "redaction", "soak", "report"];

    private static readonly TimeSpan ShortestSoak = TimeSpan.FromSeconds(20);

    public required string Area { get; init; }

    public TimeSpan? Duration { get; init; }

    public int Clients { get; init; } = 64;

    public int Waiting { get; init; } = 20_000;

    public string? Json { get; init; }

    public string? Svg { get; init; }

    /// <summary>The files that a report is made of.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <exception cref="WrongUseException">Says what to write instead.</exception>
    public static BenchOptions Read(string[] arguments)
    {
        if (arguments.Length == 0 || !Areas.Contains(arguments[0], StringComparer.Ordinal))
            throw new WrongUseException($"Begin with one of {string.Join(", ", Areas)}; see --help.");
        var options = new BenchOptions { Area = arguments[0] };
        for (int i = 1; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (!name.StartsWith("--", StringComparison.Ordinal) && options.Area == "report")
            {
                options = options with { Files = [.. options.Files, name] };
                continue;
            }

            string value = i + 1 < arguments.Length ? arguments[++i] : throw new WrongUseException($"{name} needs a value; see --help.");
            options = name switch
            {
                "--duration" => options with { Duration = TimeSpan.FromSeconds(Number(name, value, 86_400)) },
                "--clients" => options with { Clients = Number(name, value, 1_000) },
                "--waiting" => options with { Waiting = Number(name, value, 10_000_000) },
                "--json" => options with { Json = value },
                "--svg" => options with { Svg = value },
                _ => throw new WrongUseException($"'{name}' is not known here; see --help."),
            };
        }

        if (options.Area == "soak" && options.Duration < ShortestSoak)
            throw new WrongUseException($"A soak compares its last tenth with its second: give it --duration {ShortestSoak.TotalSeconds:0} or more.");
        return options.Area != "report" || options.Files.Count > 0 ? options : throw new WrongUseException("report needs the JSON file of a run: report results.json.");
    }

    private static int Number(string name, string value, int most) =>
        int.TryParse(value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most
            ? number
            : throw new WrongUseException($"{name} is a whole number from 1 to {most}.");
}

internal sealed class WrongUseException(string message) : Exception(message);
