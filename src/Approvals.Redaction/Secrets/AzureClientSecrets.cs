using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>Client secrets of Microsoft Entra ID: three characters, a digit, <c>Q~</c>, and 31 to 34 more. The fixed part is in the middle, so it is the anchor.</summary>
internal static class AzureClientSecrets
{
    public static void AtTilde(in ScanText text, int tilde)
    {
        var bytes = text.Bytes;
        var start = tilde - 5;
        if (start < 0 || !ByteClass.IsDigit(bytes[tilde - 2]) || (start > 0 && (IsBody(bytes[start - 1]) || bytes[start - 1] is (byte)'/' or (byte)'+'))) return;
        for (var i = start; i < tilde - 2; i++)
            if (!IsBody(bytes[i]) || bytes[i] == '-') return;
        var end = tilde + 1;
        while (end < bytes.Length && IsBody(bytes[end])) end++;
        if (end - tilde - 1 is < 31 or > 34 || (end < bytes.Length && bytes[end] is (byte)'/' or (byte)'+' or (byte)'%')) return;
        if (Plausibility.IsPlaceholder(bytes[(tilde + 1)..end]) || Plausibility.Entropy(bytes[start..end]) < 3) return;
        text.Add(start, end, BuiltIn.AzureClientSecret);
    }

    private static bool IsBody(byte b) => ByteClass.IsAlphanumeric(b) || b is (byte)'_' or (byte)'~' or (byte)'.' or (byte)'-';
}
