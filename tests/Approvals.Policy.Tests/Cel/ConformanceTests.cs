using System.Text.Json;
using Approvals.Policy.Cel.Lines;

namespace Approvals.Policy.Tests.Cel;

/// <summary>The official conformance tests of google/cel-spec, as JSON beside the repository.</summary>
public sealed class ConformanceTests
{
    private const string Folder = "testdata/cel";

    public static TheoryData<string> Files()
    {
        var files = new TheoryData<string>();
        string[] paths = SharedFolder() is { } folder ? Directory.GetFiles(folder, "*.json") : [];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            files.Add(Path.GetFileNameWithoutExtension(path));
        }

        if (files.Count == 0)
        {
            files.Add("");
        }

        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Conformance_file_passes_whole(string file)
    {
        if (file.Length == 0)
        {
            Assert.False(Environment.GetEnvironmentVariable("APPROVALS_REQUIRE_TOOLS") == "1", $"../shared/{Folder} is missing");
            Assert.Skip($"../shared/{Folder} is not here");
        }

        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedFolder()!, file + ".json")));
        var failures = new List<string>();
        var count = 0;
        foreach (var section in document.RootElement.GetProperty("sections").EnumerateArray())
        {
            foreach (var test in section.GetProperty("tests").EnumerateArray())
            {
                count++;
                if (Failure(test) is { } failure)
                {
                    failures.Add($"{file}/{section.GetProperty("name").GetString()}/{test.GetProperty("name").GetString()}: {failure}");
                }
            }
        }

        Assert.True(count > 0, "the file holds no tests");
        Assert.True(failures.Count == 0, $"{failures.Count} of {count} failed:\n{string.Join("\n", failures)}");
    }

    private static string? Failure(JsonElement test)
    {
        using var answer = JsonDocument.Parse(CelLines.Answer(test.GetRawText()));
        var expect = test.GetProperty("expect");
        if (!expect.TryGetProperty("value", out var expected))
        {
            return answer.RootElement.TryGetProperty("error", out _) ? null : $"{test.GetProperty("expr")} gave {answer.RootElement}, expected an error";
        }

        return answer.RootElement.TryGetProperty("value", out var actual) && Same(expected, actual)
            ? null
            : $"{test.GetProperty("expr")} gave {answer.RootElement}, expected {expected}";
    }

    /// <summary>Same type and same value; maps in any order.</summary>
    private static bool Same(JsonElement expected, JsonElement actual)
    {
        var e = expected.EnumerateObject().Single();
        if (!actual.TryGetProperty(e.Name, out var value))
        {
            return false;
        }

        return e.Name switch
        {
            "list" => e.Value.GetArrayLength() == value.GetArrayLength()
                && e.Value.EnumerateArray().Zip(value.EnumerateArray()).All(pair => Same(pair.First, pair.Second)),
            "map" => e.Value.GetArrayLength() == value.GetArrayLength()
                && e.Value.EnumerateArray().All(x => value.EnumerateArray().Any(y => Same(x[0], y[0]) && Same(x[1], y[1]))),
            "double" when e.Value.ValueKind == JsonValueKind.Number =>
                value.ValueKind == JsonValueKind.Number && e.Value.GetDouble().Equals(value.GetDouble()),
            _ => JsonElement.DeepEquals(e.Value, value),
        };
    }

    /// <summary><c>../shared</c> beside the clone, found upwards from the test's own folder.</summary>
    private static string? SharedFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ApprovalFunctions.sln")))
            {
                var shared = Path.Combine(folder.Parent!.FullName, "shared", Folder);
                return Directory.Exists(shared) ? shared : null;
            }
        }

        return null;
    }
}
