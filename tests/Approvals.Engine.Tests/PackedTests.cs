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
    public void Value_stored_without_a_checksum_reads_as_it_did()
    {
        byte[] value = Encoding.UTF8.GetBytes(new string('x', 300));
        byte[] stored = Packed.Pack(value);
        Assert.Equal(value, Packed.Unpack([0xB1, .. stored[5..]]));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(0)]
    public void Flipped_bit_is_found_wherever_it_is(int numbers)
    {
        byte[] value = Encoding.UTF8.GetBytes("{}" + string.Join(' ', Enumerable.Range(0, numbers)));
        byte[] stored = Packed.PackChecked(value);
        for (int bit = 0; bit < stored.Length * 8; bit++)
        {
            if (bit == 7) continue; // then it is no packed value any more, nor JSON
            stored[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal("corrupt", Assert.Throws<DatabaseException>(() => Packed.Unpack(stored)).Code);
            stored[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(value, Packed.Unpack(stored));
        if (numbers > 0) Assert.Equal(stored, Packed.Pack(value));
    }
}
