using System.Globalization;
using System.Text;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Rules;

/// <summary>
/// Reads the embedded rule tables. One rule a line: <c>TYPE id pattern options…</c>, with <c>#</c> for comments. Options: <c>any</c>, <c>alone</c> or
/// <c>near</c> (see <see cref="Reach"/>), <c>near=word,word</c>, <c>check=name</c>, <c>entropy=bits</c>, <c>conf=number</c>, <c>trust</c>.
/// </summary>
internal static class RuleTable
{
    public static IEnumerable<Rule> Load()
    {
        var assembly = typeof(RuleTable).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".rules", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            while (reader.ReadLine() is { } line)
            {
                if (line.Length == 0 || line[0] == '#') continue;
                yield return ParseLine(line);
            }
        }
    }

    public static Rule ParseLine(string line)
    {
        var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 3) throw new FormatException($"Rule line '{line}' needs TYPE, id and pattern.");
        var reach = Reach.Anywhere;
        var confidence = 0.9f;
        var entropy = 0f;
        var trust = false;
        uint[] keywords = [];
        ValueCheck? check = null;
        foreach (var option in parts.AsSpan(3))
        {
            var equals = option.IndexOf('=');
            var value = equals < 0 ? "" : option[(equals + 1)..];
            switch (equals < 0 ? option : option[..equals])
            {
                case "any": reach = Reach.Anywhere; break;
                case "alone": reach = Reach.WholeValue; break;
                case "near" when equals < 0: reach = Reach.Keyword; break;
                case "near":
                    keywords = KeywordHashes(value.Split(','));
                    if (reach == Reach.Anywhere) reach = Reach.Keyword;
                    break;
                case "check": check = Checks.ByName(value); break;
                case "entropy": entropy = float.Parse(value, CultureInfo.InvariantCulture); break;
                case "conf": confidence = float.Parse(value, CultureInfo.InvariantCulture); break;
                case "trust": trust = true; break;
                default: throw new FormatException($"Rule line '{line}' has the unknown option '{option}'.");
            }
        }
        return new Rule
        {
            Type = parts[0],
            Id = parts[1],
            Pattern = Pattern.Parse(parts[2]),
            Reach = reach,
            Keywords = keywords,
            Check = check,
            Entropy = entropy,
            Confidence = confidence,
            TrustPrefix = trust,
            Rank = RankOf(parts[0]) + (reach == Reach.Anywhere ? 1 : 0),
        };
    }

    public static uint[] KeywordHashes(IEnumerable<string> words)
    {
        var hashes = words.Select(w => ByteClass.FoldedHash(Encoding.UTF8.GetBytes(w))).ToArray();
        Array.Sort(hashes);
        return hashes;
    }

    public static int RankOf(string type) => type switch
    {
        Types.PrivateKey => 90,
        Types.Jwt => 80,
        Types.Secret => 70,
        Types.Email or Types.Iban or Types.CreditCard or Types.IpAddress or Types.MacAddress => 60,
        Types.Phone => 40,
        Types.Url or Types.Host => 30,
        Types.Address => 25,
        Types.Person or Types.Organization or Types.Location or Types.Date or Types.Age or Types.JobTitle => 20,
        _ => 50,
    };
}
