using System.Collections.Frozen;
using System.Text;
using Approvals.Redaction.Lexicon;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Prose;

/// <summary>
/// Keys that say a value is somebody's name, address, age or date of birth: in JSON, YAML, forms, CSV columns and <c>key=value</c> text. Names
/// of things ("name", "displayName") are left alone unless they read as a person or the object around them is one.
/// </summary>
internal static class PersonalKeys
{
    /// <summary>"name", "title": whose it is, the key around it says.</summary>
    private const int Anybody = -2;

    /// <summary>"first", "last": only together with "name".</summary>
    private const int Half = -3;

    private static readonly FrozenDictionary<uint, int> Rules = Build();

    /// <summary>The rule a key announces, or -1.</summary>
    public static int RuleOf(ReadOnlySpan<byte> key)
    {
        if (key.Length is < 3 or > 40) return -1;
        var rule = -1;
        foreach (var hash in new WordHashes(key))
            if (Rules.TryGetValue(hash, out var found)) rule = found;
            // "name_count", "address_id": the last word is the thing.
            else if (rule >= 0 && Things.Contains(hash)) rule = -1;
        return rule;
    }

    public static void WholeValue(in ScanText text)
    {
        var bytes = text.Bytes;
        if (bytes.Length is < 1 or > 200) return;
        var rule = text.Names.Personal(text.Key);
        if (rule is -1 or Half) return;
        if (rule == Anybody) rule = text.Names.Personal(text.ParentKey) is BuiltIn.NamedPersonalData or BuiltIn.Person ? BuiltIn.Person : BuiltIn.NamedPersonalData;
        Consider(text, rule, 0, bytes.Length);
    }

    /// <summary>The value of <c>key: value</c> in text; without quotes it ends where the line, the cell or the name does.</summary>
    public static void AtValue(in ScanText text, int rule, int nameStart, int at, int start)
    {
        var bytes = text.Bytes;
        if (rule == Half) return;
        if (rule == Anybody)
        {
            // "First name: …": the word before belongs to the key.
            var before = nameStart;
            while (before > 0 && bytes[before - 1] == ' ' && nameStart - before < 2) before--;
            var word = before;
            while (word > 0 && ByteClass.IsLetter(bytes[word - 1]) && before - word < 16) word--;
            rule = before < nameStart && before > word && text.Names.Personal(bytes[word..before]) is not -1 and not Anybody ? BuiltIn.Person : BuiltIn.NamedPersonalData;
        }
        if (bytes[start] is (byte)'"' or (byte)'\'')
        {
            var (from, to) = Secrets.Assignments.ValueAt(bytes, start);
            if (to > from) Consider(text, rule, from, to);
            return;
        }
        // "x=y" ends at a blank; "x: y z" at the end of the line or cell.
        var tight = bytes[at] == '=' && start == at + 1;
        var end = start;
        var limit = Math.Min(bytes.Length, start + 100);
        while (end < limit && bytes[end] is not ((byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'|' or (byte)';' or (byte)'&' or (byte)'<' or (byte)'"' or (byte)'{' or (byte)'[' or (byte)'(')
            && !(bytes[end] == ' ' && (tight || (end + 1 < limit && bytes[end + 1] == ' '))) && !(bytes[end] == ',' && rule != BuiltIn.Address)) end++;
        while (end > start && bytes[end - 1] is (byte)' ' or (byte)'.' or (byte)',') end--;
        if (end == limit && limit < bytes.Length) return;
        if (rule is BuiltIn.Person or BuiltIn.NamedPersonalData) end = NameEnd(bytes, start, end);
        if (rule == BuiltIn.Address && !bytes[start..end].ContainsAnyInRange((byte)'0', (byte)'9')) return;
        if (rule == BuiltIn.Person && !tight && (end == start || !IsCapital(bytes[start]))) return;
        if (end > start) Consider(text, rule, start, end);
    }

    private static void Consider(in ScanText text, int rule, int start, int end)
    {
        var value = text.Bytes[start..end];
        if (value.Length is < 1 or > 200 || text.Hits.Covers(start, end)) return;
        if (Secrets.Plausibility.IsMaskToken(value) || Secrets.Plausibility.IsReference(value) && !ByteClass.IsDigit(value[0])) return;
        switch (rule)
        {
            case BuiltIn.Person when value.Length > 1 && LooksLikeName(value) && !Cues.In(NoNames, value):
            case BuiltIn.Address when value.Length > 3 && (value.IndexOf((byte)' ') > 0 ? IsCapital(value[0]) || ByteClass.IsDigit(value[0]) : ByteClass.IsDigit(value[0]) && value.Length <= 10 && value.IndexOfAny(NotPostal) < 0):
            case BuiltIn.Location when value.Length > 2 && IsCapital(value[0]) && LooksLikeName(value):
            case BuiltIn.Date when value.Length >= 4 && ByteClass.IsDigit(value[0]):
            case BuiltIn.Age when System.Buffers.Text.Utf8Parser.TryParse(value, out byte years, out var used) && used == value.Length && years is > 0 and < 121:
                text.Add(start, end, rule, 0.75f);
                break;
            case BuiltIn.NamedPersonalData when IsFullName(value):
                text.Add(start, end, BuiltIn.Person, 0.7f);
                break;
        }
    }

    /// <summary>Capitalized words from the start, with particles and initials between them.</summary>
    private static int NameEnd(ReadOnlySpan<byte> bytes, int start, int end)
    {
        var last = start;
        for (var i = start; i < end;)
        {
            var word = i;
            while (i < end && bytes[i] != ' ') i++;
            var part = bytes[word..i];
            if (IsCapital(part[0])) last = i;
            else if (!Cues.In(Cues.Particles, part)) break;
            while (i < end && bytes[i] == ' ') i++;
        }
        return last;
    }

    private static bool IsCapital(byte b) => ByteClass.IsUpper(b) || ByteClass.IsHigh(b);

    private static bool LooksLikeName(ReadOnlySpan<byte> value)
    {
        foreach (var b in value)
            if (!ByteClass.IsLetter(b) && !ByteClass.IsHigh(b) && b is not ((byte)' ' or (byte)'-' or (byte)'\'' or (byte)'.' or (byte)',')) return false;
        return true;
    }

    /// <summary>Two to four capitalized words, one of them in the lexicon of names, the last no everyday word only.</summary>
    private static bool IsFullName(ReadOnlySpan<byte> value)
    {
        if (value.Length > 60 || value.IndexOf((byte)' ') < 1 || !LooksLikeName(value)) return false;
        var table = WordTable.Default;
        int words = 0, names = 0;
        var lastEnglish = false;
        for (var i = 0; i < value.Length;)
        {
            var start = i;
            while (i < value.Length && value[i] is not ((byte)' ' or (byte)',')) i++;
            var word = value[start..i].TrimEnd((byte)'.');
            while (i < value.Length && value[i] is (byte)' ' or (byte)',') i++;
            if (word.Length == 0) continue;
            if (!IsCapital(word[0]))
            {
                if (!Cues.In(Cues.Particles, word)) return false;
                continue;
            }
            words++;
            var kind = table.KindOf(word);
            if (Cues.In(Cues.OrganizationWords, word)) return false;
            if ((kind & (words == 1 ? WordKind.FirstName | WordKind.LastName : WordKind.LastName | WordKind.FirstName)) != WordKind.None) names++;
            lastEnglish = (kind & WordKind.English) != WordKind.None && (kind & WordKind.Name) == WordKind.None;
        }
        return words is >= 2 and <= 4 && names > 0 && !lastEnglish;
    }

    private static readonly System.Buffers.SearchValues<byte> NotPostal = System.Buffers.SearchValues.Create(".:/_xh%@#"u8);

    private static readonly FrozenSet<uint> NoNames = Cues.Set("string str text varchar null none nil undefined true false unknown required optional n/a na tbd default value name any anonymous");

    private static readonly FrozenSet<uint> Things = Cues.Set("id ids count length type index key field column label format pattern regex limit size url uri hash code status enabled required visible placeholder error class selector element view model schema service");

    private static FrozenDictionary<uint, int> Build()
    {
        var table = new Dictionary<uint, int>();
        Add(BuiltIn.Person, "firstname lastname fullname surname givenname familyname middlename maidenname nickname customername patientname cardholder cardholdername accountholder holdername contactname employeename beneficiaryname recipientname legalname birthname "
            + "forename forenames surnames clientname guestname passengername membername studentname drivername ownername accountname authorname applicantname spousename "
            + "vorname nachname familienname nombre apellido apellidos prenom prénom cognome sobrenome voornaam achternaam fornavn etternavn efternavn fornamn efternamn etunimi sukunimi imie imię nazwisko");
        Add(BuiltIn.Address, "streetaddress street addressline addressline1 addressline2 address1 address2 homeaddress billingaddress shippingaddress mailingaddress postaladdress address line1 strasse straße adresse direccion dirección indirizzo endereço zip zipcode postcode postalcode plz");
        Add(BuiltIn.Location, "city town birthplace placeofbirth hometown stadt ciudad ville città cidade");
        Add(BuiltIn.Date, "dob dateofbirth birthdate birthday birth born birthyear geburtsdatum");
        Add(BuiltIn.Age, "age");
        Add(BuiltIn.NamedPersonalData, "customer patient contact author reviewer requester recipient employee person assignee manager beneficiary member client guest passenger student teacher applicant tenant landlord buyer seller witness resident physician doctor claimant "
            + "plaintiff defendant nominee borrower signatory insured subscriber guardian spouse kin mother father attending approver supervisor user owner driver donor candidate holder submitter sender caller");
        Add(Anybody, "name displayname nome nom naam");
        Add(Half, "first last middle given family");
        return table.ToFrozenDictionary();

        void Add(int rule, string words)
        {
            foreach (var word in words.Split(' ')) table[ByteClass.FoldedHash(Encoding.UTF8.GetBytes(word))] = rule;
        }
    }
}
