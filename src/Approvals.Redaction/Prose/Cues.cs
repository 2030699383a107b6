using System.Collections.Frozen;
using System.Text;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Prose;

/// <summary>Small closed word lists that sentences and addresses are read by, by folded hash.</summary>
internal static class Cues
{
    public static readonly FrozenSet<uint> Titles = Set("mr mrs ms miss mx dr prof professor sir madam dame lord lady rev reverend hon judge captain capt major col colonel sgt sergeant lt lieutenant herr frau señor señora sra sr monsieur madame mme mlle signor signora dott ing");

    public static readonly FrozenSet<uint> OrganizationWords = Set("inc incorporated ltd limited llc llp lp plc gmbh ag kg ug corp corporation company co group partners partnership holdings holding bank software systems technologies technology solutions services "
        + "agency association foundation university institute college school hospital clinic ministry department committee council union federation society club associates ventures capital industries enterprises labs laboratories studios media networks "
        + "insurance airlines motors pharmaceuticals consulting international sons bros spa srl sarl sas bv nv ab oy oyj aps asa sro kft zrt doo pty pte sdn bhd kk");

    public static readonly FrozenSet<uint> PersonBefore = Set("hi hello hey dear named called by mr mrs ms miss dr thanks thank regards sincerely cheers cc attn contact ask told tell met meet call with and for to from signed starring directed author novel not actor actress friend brother sister mother father wife husband colleague boss manager");

    public static readonly FrozenSet<uint> PlaceBefore = Set("in from to at near of visit visiting visited reach leave leaving left around outside southern northern eastern western central downtown greater");

    public static readonly FrozenSet<uint> Function = Set("the a an is are was were be been am my your his her its our their i you he she we they to of in on at for from by with and or but not have has had do does did can could will would should may please this that it me him us them "
        + "who what when where how why if so as about into than then there here just last next before after because very all any some");

    public static readonly FrozenSet<uint> Keywords = Set("import from class def return raise elif else except finally try while assert yield del global nonlocal lambda pass public private protected internal static using namespace package func fn const let var val struct enum "
        + "interface impl include require module if for switch case throw new async await export type typedef extern void int string bool select insert update delete create alter drop where");

    public static readonly FrozenSet<uint> Particles = Set("de da do dos das del della di du la le van von der den ter ten zu zur bin ibn al el y e of and af av");

    public static readonly FrozenSet<uint> StreetWords = Set("street st road rd avenue ave lane ln drive dr boulevard blvd way court ct place pl square sq terrace ter crescent cres close parkway pkwy circle cir trail trl highway hwy row walk mews gardens grove hill "
        + "via viale piazza corso largo rua avenida av travessa praça calle carrera plaza paseo camino rue impasse allée chemin quai place straße strasse str gasse weg platz allee ring ufer "
        + "ulica ul aleja al plac os náměstí nám ulice třída utca út tér körút fasor katu tie kuja polku väylä gatan vägen väg gata gränd torg gade vej allé vei veien gate strada bulevardul str улица ул проспект пр переулок οδός "
        + "loop bend run ridge path alley crossing plaza turnpike pike point track route radial stravenue junction esplanade parade");

    public static readonly string[] StreetEndings = ["straße", "strasse", "str.", "gasse", "weg", "platz", "allee", "straat", "laan", "plein", "gracht", "kade", "gata", "gatan", "vägen", "gränd", "gade", "vej", "vei", "veien", "katu", "tie", "kuja", "polku", "utca", "stræde", "stien", "moor", "ring", "damm", "hof"];

    public static readonly FrozenSet<uint> UnitWords = Set("apt apartment suite ste unit flat floor fl room rm box pobox postbox psc building bldg lot dept");

    public static readonly FrozenSet<uint> JobVerbs = Set("work worked working works employed hired job position role career occupation profession");

    public static bool In(FrozenSet<uint> set, ReadOnlySpan<byte> word) => set.Contains(ByteClass.FoldedHash(word));

    public static bool EndsLikeStreet(ReadOnlySpan<byte> word)
    {
        foreach (var ending in EndingBytes)
            if (word.Length > ending.Length + 2 && word.EndsWith(ending)) return true;
        return false;
    }

    private static readonly byte[][] EndingBytes = [.. StreetEndings.Select(Encoding.UTF8.GetBytes)];

    public static FrozenSet<uint> Set(string words) =>
        words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => ByteClass.FoldedHash(Encoding.UTF8.GetBytes(w))).ToFrozenSet();
}
