using System.Buffers;
using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;

namespace Approvals.Redaction.Secrets;

/// <summary>Checks that decode a value to see what is inside.</summary>
internal static class Encoded
{
    /// <summary>RFC 7617: base64 of user-id, colon, password, all printable.</summary>
    public static bool IsUserAndPassword(ReadOnlySpan<byte> value)
    {
        Span<byte> decoded = stackalloc byte[400];
        if (value.Length > 400 || Base64.DecodeFromUtf8(value, decoded, out _, out var written) != OperationStatus.Done) return false;
        decoded = decoded[..written];
        var colon = decoded.IndexOf((byte)':');
        return colon >= 0 && colon < decoded.Length - 1 && decoded.IndexOfAnyInRange((byte)0, (byte)31) < 0;
    }

    /// <summary>Sentry: base64 of a JSON object with "iat" and "region_url", an underscore, 43 letters of signature.</summary>
    public static bool IsSentryOrganizationToken(ReadOnlySpan<byte> value)
    {
        var end = value.LastIndexOf((byte)'_');
        var payload = value["sntrys_".Length..end];
        Span<byte> decoded = stackalloc byte[1024];
        return value.Length - end - 1 == 43 && payload.Length <= 1200
            && Base64.DecodeFromUtf8(payload, decoded, out _, out var written, isFinalBlock: false) is OperationStatus.Done or OperationStatus.NeedMoreData
            && decoded[..written].IndexOf("\"region_url\""u8) > 0;
    }

    /// <summary>Base58Check (Bitcoin addresses and keys): the last four bytes are a double SHA-256 of the rest.</summary>
    public static bool IsBase58Check(ReadOnlySpan<byte> value)
    {
        const string alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        if (value.Length is < 25 or > 120) return false;
        var number = BigInteger.Zero;
        foreach (var b in value)
        {
            var digit = alphabet.IndexOf((char)b);
            if (digit < 0) return false;
            number = number * 58 + digit;
        }
        var body = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        var zeros = 0;
        while (zeros < value.Length && value[zeros] == '1') zeros++;
        byte[] all = [.. new byte[zeros], .. body];
        if (all.Length < 5) return false;
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(all.AsSpan(0, all.Length - 4), hash);
        SHA256.HashData(hash, hash);
        return hash[..4].SequenceEqual(all.AsSpan(all.Length - 4));
    }

    /// <summary>Segwit addresses: Bech32 (BIP 173) or Bech32m (BIP 350) checksum.</summary>
    public static bool IsBech32(ReadOnlySpan<byte> value)
    {
        const string alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
        ReadOnlySpan<uint> generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
        var one = value.LastIndexOf((byte)'1');
        var check = 1u;
        for (var i = 0; i < one; i++) check = Step(check, (uint)value[i] >> 5, generator);
        check = Step(check, 0, generator);
        for (var i = 0; i < one; i++) check = Step(check, (uint)value[i] & 31, generator);
        for (var i = one + 1; i < value.Length; i++)
        {
            var v = alphabet.IndexOf((char)value[i]);
            if (v < 0) return false;
            check = Step(check, (uint)v, generator);
        }
        return check is 1 or 0x2bc830a3;

        static uint Step(uint check, uint value, ReadOnlySpan<uint> generator)
        {
            var top = check >> 25;
            check = (check & 0x1ffffff) << 5 ^ value;
            for (var i = 0; i < 5; i++)
                if ((top >> i & 1) != 0) check ^= generator[i];
            return check;
        }
    }
}
