using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Approvals.Ledger.Log;

namespace ApprovalFunctions.Ledger;

/// <summary>The names of the ledger's objects. All but the checkpoint are created once and never replaced or deleted.</summary>
public static class LedgerNames
{
    /// <summary>The latest signed checkpoint: the only object that is replaced, by its ETag.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>Tiles and entry bundles lie under their C2SP tlog-tiles paths.</summary>
    public static string Tile(TileId tile) => tile.Path;

    public static string Batch(long size) => "batch/" + size.ToString("D19", CultureInfo.InvariantCulture);

    public static string Key(string key) => "key/" + KeyHash(key);

    /// <summary>The name in the container of waiting entries: one per key.</summary>
    public static string KeyHash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
