using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Engine.Tests;

public sealed class PackedTests
{
    [Fact]
    public void Whatever_is_packed_comes_back() => Prop.ForAll(
        Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf().ToArbitrary(),
        Gen.Choose(0, 400).ToArbitrary(),
        (value, times) =>
        {
            byte[] longer = [.. Enumerable.Repeat(value, times).SelectMany(bytes => bytes)];
            return Packed.Unpack(Packed.Pack(longer)).AsSpan().SequenceEqual(longer) && Packed.Unpack(Packed.Pack(longer.AsSpan())).AsSpan().SequenceEqual(longer);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Json_takes_less_and_noise_no_more_than_a_byte()
    {
        byte[] json = Encoding.UTF8.GetBytes("{\"votes\":[" + string.Join(',', Enumerable.Range(0, 50).Select(i => $"{{\"voter\":\"person-{i}\",\"verdict\":\"approve\"}}")) + "]}");
        Assert.True(Packed.Pack(json).Length < json.Length / 4);
        byte[] noise = RandomNumberGenerator.GetBytes(5_000);
        Assert.True(Packed.Pack(noise).Length <= noise.Length + 1);
    }

    [Theory]
    [InlineData("{\"old\":1}")]
    [InlineData("")]
    public void What_was_stored_before_there_was_packing_stands_for_itself(string stored) =>
        Assert.Equal(stored, Encoding.UTF8.GetString(Packed.Unpack(Encoding.UTF8.GetBytes(stored))));

    [Fact]
    public void Damaged_values_are_found_or_harmless() => Prop.ForAll(
        Gen.Choose(0, 999).ToArbitrary(),
        at =>
        {
            byte[] value = Encoding.UTF8.GetBytes(new string('x', 300) + string.Join(' ', Enumerable.Range(0, 200)));
            byte[] stored = Packed.Pack(value);
            stored[1 + (at % (stored.Length - 1))] ^= 0x10;
            try
            {
                return Packed.Unpack(stored).Length <= Packed.MaxLength;
            }
            catch (DatabaseException error)
            {
                return error.Code == "corrupt";
            }
        }).QuickCheckThrowOnFailure();
}
