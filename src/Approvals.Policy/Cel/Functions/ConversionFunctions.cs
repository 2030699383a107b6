using System.Globalization;
using System.Text;

namespace Approvals.Policy.Cel.Functions;

/// <summary>Conversions between types. A value that the target type cannot hold is an error, never cut down (but for the fraction of a double).</summary>
internal static class ConversionFunctions
{
    private static readonly CelError NoNumber = CelError.Invalid("the text is no number of this type");
    private static readonly CelError NoBool = CelError.Invalid("the text is no bool");
    private static readonly CelError NoUtf8 = CelError.Invalid("the bytes are no UTF-8 text");
    private static readonly CelError NoTimestamp = CelError.Invalid("the text is no RFC 3339 timestamp between years 1 and 9999");
    private static readonly CelError NoDuration = CelError.Invalid("the text is no duration such as '1h30m' or '1.5s', or out of range");
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    private static readonly FunctionBody Identity = (args, ref _) => args[0];

    internal static readonly Overload[] All =
    [
        new("int(int) -> int", Identity),
        new("int(uint) -> int", (args, ref _) =>
            args[0].UintValue <= long.MaxValue ? CelValue.Of((long)args[0].UintValue) : CelValue.Of(CelError.Overflow)),
        new("int(double) -> int", (args, ref _) =>
            // Both ends of int64 are out: a double there may stand for a number beyond ("Numeric Values").
            args[0].DoubleValue is > -9223372036854775808.0 and < 9223372036854775808.0
                ? CelValue.Of((long)args[0].DoubleValue)
                : CelValue.Of(CelError.Overflow)),
        new("int(string) -> int", (args, ref _) =>
            long.TryParse(args[0].StringValue, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                ? CelValue.Of(value)
                : CelValue.Of(NoNumber)),
        new("int(timestamp) -> int", (args, ref _) => CelValue.Of(args[0].TimestampSeconds)),
        new("uint(uint) -> uint", Identity),
        new("uint(int) -> uint", (args, ref _) =>
            args[0].IntValue >= 0 ? CelValue.Of((ulong)args[0].IntValue) : CelValue.Of(CelError.Overflow)),
        new("uint(double) -> uint", (args, ref _) =>
            args[0].DoubleValue is >= 0 and < 18446744073709551616.0 ? CelValue.Of((ulong)args[0].DoubleValue) : CelValue.Of(CelError.Overflow)),
        new("uint(string) -> uint", (args, ref _) =>
            ulong.TryParse(args[0].StringValue, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                ? CelValue.Of(value)
                : CelValue.Of(NoNumber)),
        new("double(double) -> double", Identity),
        new("double(int) -> double", (args, ref _) => CelValue.Of((double)args[0].IntValue)),
        new("double(uint) -> double", (args, ref _) => CelValue.Of((double)args[0].UintValue)),
        new("double(string) -> double", (args, ref meter) =>
        {
            meter.ChargeText(args[0].StringValue.Length);
            return DoubleText.TryParse(args[0].StringValue, out var value) ? CelValue.Of(value) : CelValue.Of(NoNumber);
        }),
        new("bool(bool) -> bool", Identity),
        new("bool(string) -> bool", (args, ref _) => args[0].StringValue switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => CelValue.True,
            "0" or "f" or "F" or "false" or "FALSE" or "False" => CelValue.False,
            _ => CelValue.Of(NoBool),
        }),
        new("string(string) -> string", Identity),
        new("string(bool) -> string", (args, ref _) => CelValue.Of(args[0].BoolValue ? "true" : "false")),
        new("string(int) -> string", (args, ref _) => CelValue.Of(args[0].IntValue.ToString(CultureInfo.InvariantCulture))),
        new("string(uint) -> string", (args, ref _) => CelValue.Of(args[0].UintValue.ToString(CultureInfo.InvariantCulture))),
        new("string(double) -> string", (args, ref _) => CelValue.Of(DoubleText.Shortest(args[0].DoubleValue))),
        new("string(bytes) -> string", (args, ref meter) =>
        {
            meter.ChargeText(args[0].BytesValue.Length);
            try
            {
                return CelValue.Of(StrictUtf8.GetString(args[0].BytesValue));
            }
            catch (DecoderFallbackException)
            {
                return CelValue.Of(NoUtf8);
            }
        }),
        new("string(timestamp) -> string", (args, ref _) => CelValue.Of(TimeText.Timestamp(args[0]))),
        new("string(duration) -> string", (args, ref _) => CelValue.Of(TimeText.Duration(args[0].DurationNanos))),
        new("bytes(bytes) -> bytes", Identity),
        new("bytes(string) -> bytes", (args, ref meter) =>
        {
            meter.ChargeText(args[0].StringValue.Length);
            return CelValue.Of(Encoding.UTF8.GetBytes(args[0].StringValue));
        }),
        new("timestamp(timestamp) -> timestamp", Identity),
        new("timestamp(string) -> timestamp", (args, ref _) =>
            TimeText.TryParseTimestamp(args[0].StringValue, out var value) ? value : CelValue.Of(NoTimestamp)),
        new("timestamp(int) -> timestamp", (args, ref _) =>
            args[0].IntValue is >= CelValue.MinTimestampSeconds and <= CelValue.MaxTimestampSeconds
                ? CelValue.TimestampUnchecked(args[0].IntValue, 0)
                : CelValue.Of(CelError.Overflow)),
        new("duration(duration) -> duration", Identity),
        new("duration(string) -> duration", (args, ref _) =>
            TimeText.TryParseDuration(args[0].StringValue, out var nanos) ? CelValue.Duration(nanos) : CelValue.Of(NoDuration)),
    ];
}
