using System.Collections.Frozen;
using System.Text;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>Credentials handed over as string arguments: <c>NetworkCredential("user", "x")</c>, <c>setPassword("x")</c>, <c>password "x";</c>.</summary>
internal static class Calls
{
    private const int MaximumArguments = 512;

    /// <summary>Which string argument is the password.</summary>
    private static readonly FrozenDictionary<uint, int> Positions = Build();

    private static readonly FrozenSet<uint> Givers = Prose.Cues.Set("set with add use put password passwd passphrase secret token apikey using");

    /// <summary>A name directly before an opening parenthesis.</summary>
    public static void AtParenthesis(in ScanText text, int start, int end)
    {
        var bytes = text.Bytes;
        if (Positions.TryGetValue(ByteClass.FoldedHash(bytes[start..end]), out var position))
        {
            Argument(text, end + 1, position);
            return;
        }
        if (end - start > 32 || end + 1 >= bytes.Length || bytes[end + 1] is not ((byte)'"' or (byte)'\'' or (byte)'@')) return;
        var meaning = text.Names.Of(bytes[start..end]);
        if (meaning is not (KeyMeaning.Password or KeyMeaning.Token) || !Gives(bytes[start..end])) return;
        var from = end + 1;
        if (bytes[from] == '@' && from + 1 < bytes.Length) from++;
        var (valueStart, valueEnd) = Assignments.ValueAt(bytes, from);
        // One argument only: "secret("name", …)" looks something up.
        if (valueEnd + 1 < bytes.Length && bytes[valueEnd + 1] == ')') Assignments.Consider(text, meaning, valueStart, valueEnd, evenCovered: true);
    }

    /// <summary>A name, blanks, and a quoted value: nginx, Ruby and Groovy settings.</summary>
    public static void AtQuote(in ScanText text, int start, int end)
    {
        if (end - start > 32) return;
        var meaning = text.Names.Of(text.Bytes[start..end]);
        if (meaning is not (KeyMeaning.Password or KeyMeaning.Token)) return;
        var (valueStart, valueEnd) = Assignments.ValueAt(text.Bytes, end + 1);
        if (valueEnd <= valueStart) return;
        var value = text.Bytes[valueStart..valueEnd];
        if (value.IndexOf((byte)' ') >= 0 || !Checks.IsMixed(value)) return;
        Assignments.Consider(text, meaning, valueStart, valueEnd, evenCovered: true);
    }

    /// <summary><c>define('DB_PASSWORD', 'x')</c>, <c>put("apiKey", "x")</c>: name and value are neighbours in a list.</summary>
    public static void AtComma(in ScanText text, int start, int end)
    {
        var bytes = text.Bytes;
        var i = end + 1;
        while (i < bytes.Length && bytes[i] == ' ') i++;
        if (i >= bytes.Length || bytes[i] != ',') return;
        i++;
        while (i < bytes.Length && bytes[i] == ' ') i++;
        if (i + 8 > bytes.Length || bytes[i] is not ((byte)'"' or (byte)'\'')) return;
        while (start > 0 && end - start < 64 && (ByteClass.IsWord(bytes[start - 1]) || bytes[start - 1] is (byte)'-' or (byte)'.')) start--;
        var meaning = text.Names.Of(bytes[start..end]);
        if (meaning is not (KeyMeaning.Password or KeyMeaning.Token) || start == 0 || bytes[start - 1] != bytes[end]) return;
        if (bytes[i + 1] is (byte)'"' or (byte)'\\') i++;
        var (valueStart, valueEnd) = Assignments.ValueAt(bytes, i);
        // A header line of a table lists names; a value is more than letters.
        if (valueEnd > valueStart && Checks.IsMixed(bytes[valueStart..valueEnd])) Assignments.Consider(text, meaning, valueStart, valueEnd, evenCovered: true);
    }

    /// <summary><c>auth=("user", "x")</c>: the value of an assignment is itself a list.</summary>
    public static void Argument(in ScanText text, int from, int position)
    {
        var bytes = text.Bytes;
        var stop = Math.Min(bytes.Length, from + MaximumArguments);
        var found = 0;
        for (var i = from; i < stop; i++)
        {
            if (bytes[i] is (byte)')' or (byte)';' or (byte)'{') return;
            if (bytes[i] == ',')
            {
                found++;
                continue;
            }
            if (bytes[i] is not ((byte)'"' or (byte)'\'')) continue;
            var (start, end) = Assignments.ValueAt(bytes, i);
            if (found == position)
            {
                var value = bytes[start..end];
                if (value.Length >= 4 && !Plausibility.IsPlaceholder(value) && !Prose.Cues.In(StandIns, value)) text.Add(start, end, BuiltIn.Password);
                return;
            }
            i = end;
        }
    }

    private static readonly FrozenSet<uint> StandIns = Prose.Cues.Set("password pass passwd pwd token test user username");

    private static bool Gives(ReadOnlySpan<byte> name)
    {
        foreach (var hash in new WordHashes(name)) return Givers.Contains(hash);
        return false;
    }

    private static FrozenDictionary<uint, int> Build()
    {
        var table = new Dictionary<uint, int>();
        Add(1, "networkcredential usernamepasswordcredentials usernamepasswordcredential passwordauthentication httpbasicauth basicauth setbasicauth usernamepasswordauthenticationtoken usernamepasswordtoken basiccredentials basicawscredentials "
            + "httpdigestauth setcredentials withcredentials basicauthenticationcredentials withbasicauth plaintextauthprovider basicauthentication withauth sqlcredential");
        Add(2, "directoryentry getconnection mysqli mysqli_connect mysql_connect pdo oci_connect principalcontext drivermanagerdatasource");
        return table.ToFrozenDictionary();

        void Add(int position, string names)
        {
            foreach (var name in names.Split(' ')) table[ByteClass.FoldedHash(Encoding.UTF8.GetBytes(name))] = position;
        }
    }
}
