namespace Approvals.Policy.Cel.Functions;

/// <summary>The encoders extension: base64 with the standard alphabet (RFC 4648, section 4).</summary>
internal static class EncoderFunctions
{
    private static readonly CelError NoBase64 = CelError.Invalid("the text is no base64");

    internal static readonly Overload[] All =
    [
        new("base64.encode(bytes) -> string", (args, ref meter) =>
        {
            meter.ChargeText(args[0].BytesValue.Length);
            return CelValue.Of(Convert.ToBase64String(args[0].BytesValue));
        }),
        new("base64.decode(string) -> bytes", (args, ref meter) =>
        {
            var text = args[0].StringValue;
            meter.ChargeText(text.Length);

            // Padding may be left out.
            if (text.Length % 4 != 0 && !text.EndsWith('='))
            {
                text = text.PadRight((text.Length + 3) / 4 * 4, '=');
            }

            var buffer = new byte[text.Length / 4 * 3];
            return !text.AsSpan().ContainsAny(" \t\r\n") && Convert.TryFromBase64String(text, buffer, out var written)
                ? CelValue.Of(buffer[..written])
                : CelValue.Of(NoBase64);
        }),
    ];
}
