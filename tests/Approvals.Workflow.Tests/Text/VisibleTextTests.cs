using Approvals.Workflow.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Workflow.Tests.Text;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain text, ümläuts, 日本語, Ελληνικά, русский язык", "plain text, ümläuts, 日本語, Ελληνικά, русский язык")]
    [InlineData("admin\u202Etxt.exe", "admin⟦U+202E⟧txt.exe")]
    [InlineData("a\u200Bb", "a⟦U+200B⟧b")]
    [InlineData("a\u00ADb", "a⟦U+00AD⟧b")]
    [InlineData("\u2066x\u2069", "⟦U+2066⟧x⟦U+2069⟧")]
    [InlineData("a\u00A0b", "a⟦U+00A0⟧b")]
    [InlineData("a\u3164b", "a⟦U+3164⟧b")]
    [InlineData("a\U000E0041b", "a⟦U+E0041⟧b")]
    [InlineData("a\u0007b\u001B[31m", "a⟦U+0007⟧b⟦U+001B⟧[31m")]
    [InlineData("two\nlines\tand tab", "two\nlines\tand tab")]
    [InlineData("p\u0430ypal", "pа⟦U+0430⟧ypal")]
    [InlineData("s3://\u0441\u043E\u0440\u0443", "s3://с⟦U+0441⟧о⟦U+043E⟧р⟦U+0440⟧у⟦U+0443⟧")]
    [InlineData("ａdmin", "ａ⟦U+FF41⟧dmin")]
    [InlineData("⚠\uFE0F careful", "⚠\uFE0F careful")]
    [InlineData("e\u0301", "e\u0301")]
    public void Hidden_characters_are_shown_by_name_and_honest_text_is_left_alone(string text, string shown) =>
        Assert.Equal(shown, VisibleText.Show(text));

    [Fact]
    public void Half_a_surrogate_pair_is_shown() => Assert.Equal("a⟦U+D800⟧b", VisibleText.Show($"a{(char)0xD800}b"));

    [Fact]
    public void Stacked_marks_are_shown() => Assert.Contains("⟦U+0301⟧", VisibleText.Show("e\u0301\u0301\u0301\u0301"));

    [Fact]
    public void Nothing_invisible_is_left_and_nothing_visible_is_lost() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<string>().Generator.Where(text => text is not null).ToArbitrary(),
            text =>
            {
                List<TextRun> runs = VisibleText.Split(text);
                bool isClean = runs.Where(run => !run.IsOdd).All(run => run.Text.All(character => character is '\n' or '\t' || !char.IsControl(character)));
                string ascii = new([.. text.Where(character => character is > ' ' and <= '~')]);
                string kept = new([.. string.Concat(runs.Where(run => !run.IsOdd).Select(run => run.Text)).Where(character => character is > ' ' and <= '~')]);
                return isClean && ascii == kept;
            }).QuickCheckThrowOnFailure();
}
