using System.Collections.Frozen;
using System.Text;
using Approvals.Redaction.Lexicon;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Prose;

/// <summary>JSON keys that say a value is somebody's name, address or date of birth. Names of things ("name", "displayName") are left alone unless they read as a person.</summary>
internal static class PersonalKeys
{
    private static readonly FrozenDictionary<uint, int> Rules = Build();

    public static void WholeValue(in ScanText text)
    {
        var bytes = text.Bytes;
        if (bytes.Length is < 2 or > 200 || text.Key.Length is < 3 or > 40) return;
        var rule = -1;
        foreach (var hash in new WordHashes(text.Key))
            if (Rules.TryGetValue(hash, out var found)) rule = found;
        if (rule < 0 || text.Hits.Covers(0, bytes.Length)) return;
        if (Secrets.Plausibility.IsMaskToken(bytes) || Secrets.Plausibility.IsReference(bytes)) return;
        switch (rule)
        {
            case BuiltIn.Person when LooksLikeName(bytes):
            case BuiltIn.Address when bytes.IndexOf((byte)' ') > 0 || ByteClass.IsDigit(bytes[0]):
            case BuiltIn.Location when ByteClass.IsUpper(bytes[0]) || ByteClass.IsHigh(bytes[0]):
            case BuiltIn.Date when ByteClass.IsDigit(bytes[0]):
                text.Add(0, bytes.Length, rule, 0.75f);
                break;
            case BuiltIn.NamedPersonalData when IsFullName(bytes):
                text.Add(0, bytes.Length, BuiltIn.Person, 0.7f);
                break;
        }
    }

    private static bool LooksLikeName(ReadOnlySpan<byte> value)
    {
        foreach (var b in value)
            if (!ByteClass.IsLetter(b) && !ByteClass.IsHigh(b) && b is not ((byte)' ' or (byte)'-' or (byte)'\'' or (byte)'.' or (byte)',')) return false;
        return true;
    }

    /// <summary>Two or three capitalized words, the first a known first name, the last no everyday word.</summary>
    private static bool IsFullName(ReadOnlySpan<byte> value)
    {
        var space = value.IndexOf((byte)' ');
        if (space < 2 || !LooksLikeName(value) || !ByteClass.IsUpper(value[0])) return false;
        var last = value[(value.LastIndexOf((byte)' ') + 1)..];
        if (last.Length < 2 || !(ByteClass.IsUpper(last[0]) || ByteClass.IsHigh(last[0]))) return false;
        var table = WordTable.Default;
        return (table.KindOf(value[..space]) & WordKind.FirstName) != WordKind.None && (table.KindOf(last) & (WordKind.LastName | WordKind.English)) is not (WordKind.Common or WordKind.Rare or WordKind.English);
    }

    private static FrozenDictionary<uint, int> Build()
    {
        var table = new Dictionary<uint, int>();
        Add(BuiltIn.Person, "firstname lastname fullname surname givenname familyname middlename maidenname nickname customername patientname cardholder cardholdername accountholder holdername contactname employeename beneficiaryname recipientname legalname birthname");
        Add(BuiltIn.Address, "streetaddress street addressline addressline1 addressline2 address1 address2 homeaddress billingaddress shippingaddress mailingaddress postaladdress");
        Add(BuiltIn.Location, "city town birthplace placeofbirth hometown");
        Add(BuiltIn.Date, "dob dateofbirth birthdate birthday birth born");
        Add(BuiltIn.NamedPersonalData, "name displayname customer patient contact author owner reviewer requester recipient employee person user assignee manager beneficiary member");
        return table.ToFrozenDictionary();

        void Add(int rule, string words)
        {
            foreach (var word in words.Split(' ')) table[ByteClass.FoldedHash(Encoding.UTF8.GetBytes(word))] = rule;
        }
    }
}
