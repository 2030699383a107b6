using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Approvals.Ledger.Json;

namespace Approvals.Ledger.Tests.Json;

public class EcmaScriptNumberTests
{
    /// <summary>Random bit patterns, every power of two and of ten with neighbours, and short decimals: JSON.stringify has the last word.</summary>
    [Fact]
    public async Task Doubles_are_written_as_node_writes_them()
    {
        Judges.RequireProgram("node");
        var values = new List<double>();
        // A fixed stream of random bits: the same numbers in every run.
        byte[] seed = "doubles"u8.ToArray();
        for (int i = 0; i < 10_000; i++)
        {
            seed = SHA256.HashData(seed);
            for (int at = 0; at < 32; at += 8) values.Add(BinaryPrimitives.ReadDoubleLittleEndian(seed.AsSpan(at)));
            values.Add((BinaryPrimitives.ReadInt32LittleEndian(seed) % 1_000_000) / 1000.0);
        }
        for (int e = -1074; e < 1024; e++) AddWithNeighbours(double.ScaleB(1, e));
        for (int e = -323; e <= 308; e++) AddWithNeighbours(double.Parse($"1e{e}"));
        values.RemoveAll(v => !double.IsFinite(v));

        using Judges.TemporaryFolder folder = Judges.NewFolder();
        byte[] bits = new byte[values.Count * 8];
        for (int i = 0; i < values.Count; i++) BinaryPrimitives.WriteDoubleLittleEndian(bits.AsSpan(i * 8), values[i]);
        folder.Write("doubles", bits);
        const string script = """
            const b = require("fs").readFileSync("doubles"), out = [];
            for (let i = 0; i < b.length; i += 8) out.push(JSON.stringify(b.readDoubleLE(i)));
            console.log(out.join("\n"));
            """;
        string[] expected = (await Judges.RunAsync("node", ["-e", script], folder: folder.Path)).TrimEnd().Split('\n');
        Assert.Equal(values.Count, expected.Length);
        Assert.Equal("", string.Join('\n', values.Select((v, i) => (Expected: expected[i], Actual: Format(v))).Where(x => x.Expected != x.Actual).Take(20)));

        void AddWithNeighbours(double value) => values.AddRange([value, double.BitIncrement(value), double.BitDecrement(value), -value]);
    }

    private static string Format(double value)
    {
        Span<byte> text = stackalloc byte[EcmaScriptNumber.MaxLength];
        return Encoding.ASCII.GetString(text[..EcmaScriptNumber.Format(value, text)]);
    }
}
