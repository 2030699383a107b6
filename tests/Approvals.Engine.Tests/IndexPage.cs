using System.Buffers.Binary;
using System.Text;

namespace Approvals.Engine.Tests;

/// <summary>Damages indexes of a database that nobody has open (https://sqlite.org/fileformat2.html).</summary>
internal static class IndexPage
{
    private const int PageSizeAt = 16;
    private const byte IndexLeaf = 10;

    /// <summary>The row is still there, and its key does not lead to it any more.</summary>
    /// <param name="key">Text columns of an index as they stand in it, one behind the other.</param>
    public static void Hide(string database, string key) => Flip(database, key, -1);

    /// <summary>The key leads to another row: that of the neighbouring number.</summary>
    /// <param name="key">Of a row whose number is between 2 and 127: then it stands in the one byte behind the key.</param>
    public static void Mislead(string database, string key) => Flip(database, key, 0);

    private static void Flip(string database, string key, int fromEnd)
    {
        byte[] bytes = File.ReadAllBytes(database), text = Encoding.UTF8.GetBytes(key);
        int size = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(PageSizeAt));
        int[] places =
        [
            .. Enumerable.Range(1, (bytes.Length / size) - 1).Select(page => page * size)
                .Where(start => bytes[start] == IndexLeaf && bytes.AsSpan(start, size).IndexOf(text) >= 0)
                .Select(start => start + bytes.AsSpan(start, size).LastIndexOf(text)),
        ];
        bytes[Assert.Single(places) + text.Length + fromEnd] ^= 1;
        File.WriteAllBytes(database, bytes);
    }
}
