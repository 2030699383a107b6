using System.Globalization;
using System.Text;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Rules;

/// <summary>
/// Reads the embedded rule tables. One rule a line: <c>id pattern options…</c>; <c>@TYPE</c> sets the type of the lines after
/// it, <c>#</c> begins a comment, <c>%uuid%</c> stands for the 36 characters of a UUID. Options: <c>any</c>, <c>alone</c> or
/// <c>near</c> (see <see cref="Reach"/>), <c>near=word,word</c>, <c>check=name</c>, <c>entropy=bits</c>, <c>conf=number</c>, <c>trust</c>.
/// </summary>
internal static class RuleTable
{
    private const string Uuid = "\\h{8}-\\h{4}-\\h{4}-\\h{4}-\\h{12}";

    public static IEnumerable<Rule> Load()
    {
        var assembly = typeof(RuleTable).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".rules", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            var type = Types.Secret;
            while (reader.ReadLine() is { } line)
            {
                if (line.Length == 0 || line[0] == '#') continue;
                if (line[0] == '@') type = line[1..];
                else yield return ParseLine(type, line);
            }
        }
    }

    public static Rule ParseLine(string type, string line)
    {
        var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2) throw new FormatException($"Rule line '{line}' needs an id and a pattern.");
        var reach = Reach.Anywhere;
        var confidence = 0f;
        var entropy = 0f;
        var trust = false;
        string[] keywords = [];
        ValueCheck? check = null;
        foreach (var option in parts.AsSpan(2))
        {
            var equals = option.IndexOf('=');
            var value = equals < 0 ? "" : option[(equals + 1)..];
            switch (equals < 0 ? option : option[..equals])
            {
                case "any": reach = Reach.Anywhere; break;
                case "alone": reach = Reach.WholeValue; break;
                case "near" when equals < 0: reach = Reach.Keyword; break;
                case "near":
                    keywords = value.Split(',');
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
            Type = type,
            Id = parts[0],
            Pattern = Pattern.Parse(parts[1].Replace("%uuid%", Uuid, StringComparison.Ordinal)),
            Reach = reach,
            Words = keywords,
            Check = check,
            Entropy = entropy,
            Confidence = confidence > 0 ? confidence : reach == Reach.Keyword ? 0.8f : 0.9f,
            TrustPrefix = trust,
            Rank = RankOf(type) + (reach == Reach.Anywhere ? 1 : 0),
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
