namespace Approvals.Architecture;

public sealed class StyleTests
{
    [Fact]
    public void Source_files_have_at_most_400_lines() =>
        Assert.Empty(RepositoryTree.Sources("src", "tests", "bench").Where(path => File.ReadLines(path).Count() > 400).Select(RepositoryTree.Relative));

    [Fact]
    public void Folders_are_named_by_concept()
    {
        string[] vague = [.. RepositoryTree.Sources("src", "tests", "bench").Select(RepositoryTree.Relative)
            .Where(path => path.Split('/').Any(part => part is "Helpers" or "Utils" or "Utilities" or "Managers" or "Common" or "Misc"))];
        Assert.Empty(vague);
    }
}
