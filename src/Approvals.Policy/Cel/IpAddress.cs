using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Approvals.Policy.Cel;

/// <summary>
/// An IPv4 or IPv6 address. An IPv4 address that came as a mapped IPv6 address (<c>::ffff:c0a8:1</c>) is the IPv4 address.
/// </summary>
internal sealed record IpAddress(UInt128 Bits, bool IsV4)
{
    private const int MaxTextLength = 45;

    private static readonly SearchValues<char> V6Characters = SearchValues.Create("0123456789abcdefABCDEF:");

    internal int BitLength => IsV4 ? 32 : 128;

    internal static IpAddress From(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? new IpAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes), true)
            : new IpAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes), false);
    }

    /// <summary>Strict: four decimal octets without leading zeros, or IPv6 without zone, brackets or embedded IPv4.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = new IpAddress(0, true);
        if (text.Length is 0 or > MaxTextLength)
        {
            return false;
        }

        if (!text.Contains(':'))
        {
            return TryParseV4(text, out address);
        }

        // IPAddress takes more than RFC 4291 text: zones, brackets, ports.
        if (text.IndexOfAnyExcept(V6Characters) >= 0 || !IPAddress.TryParse(text, out var parsed)
            || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        address = From(parsed);
        return true;
    }

    private static bool TryParseV4(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = new IpAddress(0, true);
        uint bits = 0;
        var count = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++count > 4 || part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0')
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var octet))
            {
                return false;
            }

            bits = (bits << 8) | octet;
        }

        address = new IpAddress(bits, true);
        return count == 4;
    }

    internal bool IsUnspecified => Bits == 0;

    internal bool IsLoopback => IsV4 ? Bits >> 24 == 127 : Bits == 1;

    internal bool IsMulticast => IsV4 ? Bits >> 28 == 0xE : Bits >> 120 == 0xFF;

    /// <summary>224.0.0.0/24 and ffx2::/16.</summary>
    internal bool IsLinkLocalMulticast => IsV4 ? Bits >> 8 == 0xE00000 : Bits >> 120 == 0xFF && ((Bits >> 112) & 0xF) == 2;

    /// <summary>169.254.0.0/16 and fe80::/10.</summary>
    internal bool IsLinkLocalUnicast => IsV4 ? Bits >> 16 == 0xA9FE : Bits >> 118 == 0xFE80 >> 6;

    /// <summary>Neither unspecified, loopback, multicast, link-local nor the IPv4 broadcast address. Private ranges count as global unicast.</summary>
    internal bool IsGlobalUnicast =>
        !IsUnspecified && !IsLoopback && !IsMulticast && !IsLinkLocalUnicast && !(IsV4 && Bits == uint.MaxValue);

    /// <summary>Canonical text: RFC 5952 for IPv6.</summary>
    public override string ToString()
    {
        if (IsV4)
        {
            return $"{Bits >> 24}.{(Bits >> 16) & 0xFF}.{(Bits >> 8) & 0xFF}.{Bits & 0xFF}";
        }

        // The longest run of two or more zero groups, the first of equals, is written "::".
        var (runStart, runLength) = (-1, 1);
        for (var start = 0; start < GroupCount; start++)
        {
            var end = start;
            while (end < GroupCount && Group(end) == 0)
            {
                end++;
            }

            if (end - start > runLength)
            {
                (runStart, runLength) = (start, end - start);
            }
        }

        var text = new StringBuilder(MaxTextLength);
        for (var i = 0; i < GroupCount; i++)
        {
            if (i == runStart)
            {
                text.Append("::");
                i += runLength - 1;
                continue;
            }

            text.Append(text.Length > 0 && text[^1] != ':' ? ":" : "").Append(CultureInfo.InvariantCulture, $"{Group(i):x}");
        }

        return text.ToString();
    }

    private const int GroupCount = 8;

    private ushort Group(int index) => (ushort)(Bits >> (112 - (16 * index)));
}

/// <summary>An address with a prefix length, host bits kept: <c>192.168.1.7/24</c>.</summary>
internal sealed record CidrBlock(IpAddress Address, int PrefixLength)
{
    internal static bool TryParse(ReadOnlySpan<char> text, out CidrBlock block)
    {
        block = new CidrBlock(new IpAddress(0, true), 0);
        var slash = text.LastIndexOf('/');
        if (slash < 0 || !IpAddress.TryParse(text[..slash], out var address))
        {
            return false;
        }

        // A mapped address has no meaning with an IPv6 prefix length.
        var digits = text[(slash + 1)..];
        if ((address.IsV4 && text.Contains(':')) || digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == '0')
            || !byte.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > address.BitLength)
        {
            return false;
        }

        block = new CidrBlock(address, length);
        return true;
    }

    internal CidrBlock Masked => this with { Address = Address with { Bits = Network(Address.Bits) } };

    internal bool Contains(IpAddress address) => address.IsV4 == Address.IsV4 && Network(address.Bits) == Network(Address.Bits);

    internal bool Contains(CidrBlock block) => block.PrefixLength >= PrefixLength && Contains(block.Address);

    private UInt128 Network(UInt128 bits)
    {
        var hostBits = Address.BitLength - PrefixLength;
        return hostBits == 128 ? 0 : bits >> hostBits << hostBits;
    }

    public override string ToString() => $"{Address}/{PrefixLength}";
}
