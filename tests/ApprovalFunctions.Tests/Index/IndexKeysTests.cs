using ApprovalFunctions.Index;
using FsCheck;
using FsCheck.Fluent;

namespace ApprovalFunctions.Tests.Index;

public sealed class IndexKeysTests
{
    [Fact]
    public void Of_rows_of_later_actions_come_first()
    {
        Prop.ForAll<uint, uint>((a, b) =>
        {
            string first = Id(a), second = Id(b);
            Assert.True(IndexKeys.TryOf(first, out IndexKeys x));
            Assert.True(IndexKeys.TryOf(second, out IndexKeys y));
            int rows = string.CompareOrdinal(x.Partition + x.Row, y.Partition + y.Row);
            return Math.Sign(rows) == -Math.Sign(string.CompareOrdinal(first, second));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Of_one_day_is_one_partition()
    {
        var noon = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        Assert.True(IndexKeys.TryOf(Guid.CreateVersion7(noon).ToString("D"), out IndexKeys a));
        Assert.True(IndexKeys.TryOf(Guid.CreateVersion7(noon.AddHours(11)).ToString("D"), out IndexKeys b));
        Assert.True(IndexKeys.TryOf(Guid.CreateVersion7(noon.AddHours(13)).ToString("D"), out IndexKeys c));

        Assert.Equal(a.Partition, b.Partition);
        Assert.True(string.CompareOrdinal(c.Partition, b.Partition) < 0);
    }

    [Fact]
    public void Invert_twice_gives_the_id_again()
    {
        string id = Id(42);

        Assert.Equal(id, IndexKeys.Invert(IndexKeys.Invert(id)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not an id")]
    [InlineData("0198C0DE-0000-7000-8000-000000000000")] // upper case
    [InlineData("3f2504e0-4f89-41d3-9a0c-0305e82c3301")] // version 4
    [InlineData("ffffffff-ffff-7fff-8fff-ffffffffffff")] // beyond the years that keys have room for
    public void Of_what_is_no_action_id_is_nothing(string id) => Assert.False(IndexKeys.TryOf(id, out _));

    private static string Id(uint seconds) => Guid.CreateVersion7(DateTimeOffset.FromUnixTimeSeconds(seconds)).ToString("D");
}
