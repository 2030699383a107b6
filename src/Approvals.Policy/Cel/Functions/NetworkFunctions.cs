namespace Approvals.Policy.Cel.Functions;

/// <summary>The network extension: addresses and blocks of them.</summary>
internal static class NetworkFunctions
{
    private static readonly CelError NoIp = CelError.Invalid("the text is no IP address (zones and embedded IPv4 are not allowed)");
    private static readonly CelError NoCidr = CelError.Invalid("the text is no CIDR block (zones and embedded IPv4 are not allowed)");

    internal static readonly Overload[] All =
    [
        new("ip(string) -> net.IP", (args, ref _) =>
            IpAddress.TryParse(args[0].StringValue, out var ip) ? CelValue.Of(ip) : CelValue.Of(NoIp)),
        new("isIP(string) -> bool", (args, ref meter) => CelValue.Of(IpAddress.TryParse(args[0].StringValue, out _))),
        new("ip.isCanonical(string) -> bool", (args, ref _) => IpAddress.TryParse(args[0].StringValue, out var ip)
            ? CelValue.Of(ip.ToString() == args[0].StringValue)
            : CelValue.Of(NoIp)),
        new("string(net.IP) -> string", (args, ref _) => CelValue.Of(args[0].IpValue.ToString())),
        new("net.IP.family() -> int", (args, ref _) => CelValue.Of(args[0].IpValue.IsV4 ? 4L : 6L)),
        new("net.IP.isUnspecified() -> bool", (args, ref _) => CelValue.Of(args[0].IpValue.IsUnspecified)),
        new("net.IP.isLoopback() -> bool", (args, ref _) => CelValue.Of(args[0].IpValue.IsLoopback)),
        new("net.IP.isGlobalUnicast() -> bool", (args, ref _) => CelValue.Of(args[0].IpValue.IsGlobalUnicast)),
        new("net.IP.isLinkLocalMulticast() -> bool", (args, ref _) => CelValue.Of(args[0].IpValue.IsLinkLocalMulticast)),
        new("net.IP.isLinkLocalUnicast() -> bool", (args, ref _) => CelValue.Of(args[0].IpValue.IsLinkLocalUnicast)),
        new("cidr(string) -> net.CIDR", (args, ref _) =>
            CidrBlock.TryParse(args[0].StringValue, out var block) ? CelValue.Of(block) : CelValue.Of(NoCidr)),
        new("isCIDR(string) -> bool", (args, ref meter) => CelValue.Of(CidrBlock.TryParse(args[0].StringValue, out _))),
        new("string(net.CIDR) -> string", (args, ref _) => CelValue.Of(args[0].CidrValue.ToString())),
        new("net.CIDR.containsIP(net.IP) -> bool", (args, ref _) => CelValue.Of(args[0].CidrValue.Contains(args[1].IpValue))),
        new("net.CIDR.containsIP(string) -> bool", (args, ref _) => IpAddress.TryParse(args[1].StringValue, out var ip)
            ? CelValue.Of(args[0].CidrValue.Contains(ip))
            : CelValue.Of(NoIp)),
        new("net.CIDR.containsCIDR(net.CIDR) -> bool", (args, ref _) => CelValue.Of(args[0].CidrValue.Contains(args[1].CidrValue))),
        new("net.CIDR.containsCIDR(string) -> bool", (args, ref _) => CidrBlock.TryParse(args[1].StringValue, out var block)
            ? CelValue.Of(args[0].CidrValue.Contains(block))
            : CelValue.Of(NoCidr)),
        new("net.CIDR.ip() -> net.IP", (args, ref _) => CelValue.Of(args[0].CidrValue.Address)),
        new("net.CIDR.masked() -> net.CIDR", (args, ref _) => CelValue.Of(args[0].CidrValue.Masked)),
        new("net.CIDR.prefixLength() -> int", (args, ref _) => CelValue.Of((long)args[0].CidrValue.PrefixLength)),
    ];
}
