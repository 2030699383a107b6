namespace Approvals.Architecture;

/// <summary>The arrows of ARCHITECTURE.md: who may reference whom, and nothing else.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Approvals.Redaction"] = [],
        ["Approvals.Policy"] = [],
        ["Approvals.Ledger"] = [],
        ["Approvals.Durable"] = [],
        ["Approvals.Workflow"] = ["Approvals.Redaction", "Approvals.Policy", "Approvals.Ledger", "Approvals.Durable"],
        ["Approvals.Engine"] = ["Approvals.Durable"],
        ["Approvals.Notifications"] = ["Approvals.Workflow"],
        ["Approvals.Web"] = ["Approvals.Workflow", "Approvals.Notifications"],
        ["Approvals.Embedded"] = ["Approvals.Web", "Approvals.Notifications", "Approvals.Engine"],
        ["Approvals.Cli"] = ["Approvals.Embedded"],
        ["ApprovalFunctions"] = ["Approvals.Web"],
    };

    [Fact]
    public void Rooms_reference_only_what_their_arrows_allow()
    {
        foreach ((string room, string[] references) in RepositoryTree.Rooms)
        {
            Assert.True(Allowed.TryGetValue(room, out string[]? allowed), $"{room} is not in the picture of the rooms; draw it first.");
            Assert.Empty(references.Except(allowed));
        }
    }

    [Theory]
    [InlineData("src/Approvals.Workflow", "Microsoft.AspNetCore", "Microsoft.Data.Sqlite", "System.Net.Http", "Azure.", "Approvals.Engine", "Approvals.Web")]
    [InlineData("src/Approvals.Durable", "Approvals.Workflow", "Microsoft.AspNetCore", "Azure.")]
    [InlineData("src/Approvals.Engine", "Approvals.Workflow", "Approvals.Policy", "Approvals.Redaction", "Approvals.Ledger", "Microsoft.AspNetCore")]
    [InlineData("src/Approvals.Redaction", "Approvals.Policy", "Approvals.Ledger", "Approvals.Durable", "Microsoft.AspNetCore")]
    [InlineData("src/Approvals.Policy", "Approvals.Redaction", "Approvals.Ledger", "Approvals.Durable", "Microsoft.AspNetCore")]
    [InlineData("src/Approvals.Ledger", "Approvals.Redaction", "Approvals.Policy", "Approvals.Durable", "Microsoft.AspNetCore")]
    [InlineData("src/Approvals.Notifications", "Approvals.Web", "Approvals.Engine", "Approvals.Embedded", "Azure.")]
    [InlineData("src/Approvals.Web", "Approvals.Engine", "Approvals.Embedded", "Azure.")]
    public void Room_uses_no_namespace_behind_its_arrows(string room, params string[] forbidden)
    {
        foreach (string file in RepositoryTree.Sources(room))
        {
            string? line = File.ReadLines(file).FirstOrDefault(text =>
                (text.StartsWith("using ", StringComparison.Ordinal) || text.StartsWith("@using ", StringComparison.Ordinal))
                && forbidden.Any(name => text.Contains(' ' + name, StringComparison.Ordinal)));
            Assert.True(line is null, $"{RepositoryTree.Relative(file)}: {line}");
        }
    }

    [Fact]
    public void Libraries_without_dependencies_have_none()
    {
        foreach (string room in (string[])["Approvals.Redaction", "Approvals.Ledger", "Approvals.Durable"])
        {
            string project = File.ReadAllText(Path.Combine(RepositoryTree.Root, "src", room, room + ".csproj"));
            Assert.DoesNotContain("PackageReference", project, StringComparison.Ordinal);
            Assert.DoesNotContain("FrameworkReference", project, StringComparison.Ordinal);
        }
    }
}
