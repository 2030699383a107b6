using Approvals.Redaction.Identifiers;
using Approvals.Redaction.Secrets;

namespace Approvals.Redaction.Rules;

/// <summary>The checks a rule line can name.</summary>
internal static class Checks
{
    private static readonly Dictionary<string, ValueCheck> ByNameTable = new(StringComparer.Ordinal)
    {
        ["luhn"] = CheckDigits.Luhn,
        ["card"] = CheckDigits.Card,
        ["iban"] = Iban.IsValid,
        ["jwt"] = Jwt.IsToken,
    };

    public static ValueCheck ByName(string name) =>
        ByNameTable.TryGetValue(name, out var check) ? check : throw new FormatException($"There is no check named '{name}'.");
}
