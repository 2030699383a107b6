using System.Globalization;

namespace ApprovalFunctions.Index;

/// <summary>
/// Where an action's row lies: all of it follows from its id, a UUIDv7, whose first 48 bits are milliseconds since 1970 (RFC 9562 section 5.7).
/// Tables sort by partition and row key ascending, so both count down: a plain scan is newest first.
/// </summary>
/// <param name="Partition">One per day, so that a day's writes share a partition (2,000 entities a second) and old days rest.</param>
public readonly record struct IndexKeys(string Partition, string Row)
{
    private const int MaxDay = 99_999; // in the year 2243

    /// <summary>False for a text that is no UUIDv7 in its one form: there can be no row.</summary>
    public static bool TryOf(string actionId, out IndexKeys keys)
    {
        keys = default;
        if (!Guid.TryParseExact(actionId, "D", out Guid id) || id.ToString("D") != actionId || id.Version != 7) return false;
        long milliseconds = long.Parse(actionId.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) << 16
            | long.Parse(actionId.AsSpan(9, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        long day = milliseconds / (24L * 60 * 60 * 1000);
        if (day > MaxDay) return false;
        keys = new IndexKeys((MaxDay - day).ToString("D5", CultureInfo.InvariantCulture), Invert(actionId));
        return true;
    }

    /// <summary>Turns the order of ids around; twice gives the id again.</summary>
    public static string Invert(string id) => string.Create(id.Length, id, static (inverted, source) =>
    {
        for (int i = 0; i < source.Length; i++)
        {
            inverted[i] = source[i] == '-' ? '-' : "fedcba9876543210"[Convert.ToInt32(source[i].ToString(), 16)];
        }
    });
}
