using System.Text;
using System.Text.Json;
using Approvals.Durable;

namespace ApprovalFunctions.Durable;

/// <summary>The custom status within its limit on Azure: 16 KB of UTF-16 JSON text, one column of the instances table.</summary>
public static class CustomStatus
{
    public const int MaxBytes = 16 * 1024;

    /// <exception cref="ArgumentException">Longer than the limit: put it into the action index instead.</exception>
    public static JsonElement Serialize(object? status)
    {
        JsonElement json = JsonSerializer.SerializeToElement(status, DurableJson.Options);
        int bytes = Encoding.Unicode.GetByteCount(json.GetRawText());
        return bytes <= MaxBytes
            ? json
            : throw new ArgumentException($"A custom status may have at most {MaxBytes} bytes of UTF-16 JSON; this one has {bytes}.", nameof(status));
    }
}
