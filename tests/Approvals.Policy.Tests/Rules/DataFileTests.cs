using System.Security.Cryptography;
using System.Text;
using Approvals.Policy.Lint;

namespace Approvals.Policy.Tests.Rules;

/// <summary>Lists, tables, calendars and freezes in files beside the policy.</summary>
public sealed class DataFileTests
{
    private const string Policy = """
        version: 1
        data: [owners.yaml, calendars/2027.yaml]
        lists: {here: [data.export]}
        rules:
          - {id: frozen, when: 'freezes["year-end"]', verdict: deny}
          - {id: a, when: 'action.type in lists.here && tables.owners[action.type] == "lena"', verdict: allow}
        """;

    private static readonly Dictionary<string, string> s_files = new()
    {
        ["owners.yaml"] = "lists: {there: [x]}\ntables: {owners: {data.export: lena}}\n",
        ["calendars/2027.yaml"] = "freezes: {year-end: {zone: UTC, from: 2027-12-20, until: 2028-01-02}}\n",
    };

    [Fact]
    public void Rules_use_what_the_files_beside_them_hold()
    {
        var policy = PolicySet.Load(Policy, "p", s_files.GetValueOrDefault);

        Assert.Equal("a", policy.Evaluate(Inputs.Of()).Rule);
        Assert.Equal("frozen", policy.Evaluate(Inputs.Of() with { Now = new DateTimeOffset(2027, 12, 24, 0, 0, 0, TimeSpan.Zero) }).Rule);
        Assert.Equal(s_files.Keys, policy.DataFiles.Select(file => file.Name));
    }

    [Fact]
    public void Digest_is_that_of_a_line_for_each_file()
    {
        static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var sums = $"{Hex(Policy)}  policy\n" + string.Concat(s_files.Select(file => $"{Hex(file.Value)}  {file.Key}\n"));

        Assert.Equal("sha256:" + Hex(sums), PolicySet.Load(Policy, "p", s_files.GetValueOrDefault).Digest);
        Assert.Equal("sha256:" + Hex("version: 1\nrules: []"), PolicySet.Load("version: 1\nrules: []", "p").Digest);
    }

    [Theory]
    [InlineData("lists: {here: [1]}", "duplicate_key", 1)]
    [InlineData("lists: {mine: 1}", "wrong_type", 1)]
    [InlineData("\nlists: [1]", "wrong_type", 2)]
    [InlineData("rules: []", "unknown_key", 1)]
    [InlineData("- a", "wrong_type", 1)]
    [InlineData("lists: {a: [", "yaml", 2)]
    [InlineData("freezes: {f: {zone: Mars, from: 2027-12-20, until: 2028-01-02}}", "unknown_zone", 1)]
    public void Mistake_is_placed_in_its_file(string text, string code, int line)
    {
        var refused = Assert.Throws<PolicyException>(() => PolicySet.Load("version: 1\ndata: d/own.yaml\nlists: {here: [1]}\nrules: []", "folder/p.yaml", _ => text));
        Assert.Equal((code, "folder/d/own.yaml", line), (refused.Code, refused.Diagnostics[0].Source, refused.Diagnostics[0].Line));
    }

    [Theory]
    [InlineData("../own.yaml", "wrong_name")]
    [InlineData("/etc/own.yaml", "wrong_name")]
    [InlineData("a/../own.yaml", "wrong_name")]
    [InlineData(".hidden.yaml", "wrong_name")]
    [InlineData("C:own.yaml", "wrong_name")]
    [InlineData("own.json", "wrong_name")]
    [InlineData("[own.yaml, own.yaml]", "duplicate_key")]
    [InlineData("missing.yaml", "data_unreadable")]
    public void File_that_is_not_beside_the_policy_is_refused(string data, string code)
    {
        var asked = new List<string>();
        var refused = Assert.Throws<PolicyException>(() => PolicySet.Load($"version: 1\ndata: {data}\nrules: []", "p", name =>
        {
            asked.Add(name);
            return name == "own.yaml" ? "lists: {}" : null;
        }));

        Assert.Equal((code, "p"), (refused.Code, refused.Diagnostics[0].Source));
        Assert.DoesNotContain(asked, name => name is not ("own.yaml" or "missing.yaml"));
    }

    [Fact]
    public void What_nothing_uses_is_noted_in_its_file() => Assert.Equal(
        ("unused_data", "owners.yaml"),
        PolicyLint.Check(PolicySet.Load(Policy, "p", s_files.GetValueOrDefault)).Where(d => d.Message.Contains("there", StringComparison.Ordinal)).Select(d => (d.Code, d.Source)).Single());
}
