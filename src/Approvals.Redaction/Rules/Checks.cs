using Approvals.Redaction.Identifiers;
using Approvals.Redaction.Scan;
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
        ["jwtbase64"] = Jwt.IsEncodedToken,
        ["basicauth"] = Encoded.IsUserAndPassword,
        ["sentry"] = Encoded.IsSentryOrganizationToken,
        ["luhn-nonzero"] = ChecksEurope.NotZeroLuhn,
        ["mod11-10"] = ChecksEurope.Mod11And10,
        ["icao"] = ChecksEurope.Icao9303,
        ["de-id-card"] = ChecksEurope.GermanIdCard,
        ["de-pension"] = ChecksEurope.GermanPension,
        ["de-kvnr"] = ChecksEurope.GermanHealthInsurance,
        ["de-lanr"] = ChecksEurope.GermanDoctor,
        ["de-bsnr"] = ChecksEurope.GermanPractice,
        ["de-tax-id"] = ChecksEurope.GermanTaxId,
        ["uk-nhs"] = ChecksEurope.Nhs,
        ["uk-nino"] = ChecksEurope.Nino,
        ["uk-licence"] = ChecksEurope.BritishLicence,
        ["uk-plate"] = ChecksEurope.BritishPlate,
        ["es-id"] = ChecksEurope.SpanishId,
        ["es-cif"] = ChecksEurope.SpanishCompany,
        ["fr-nir"] = ChecksEurope.FrenchNir,
        ["fr-vat"] = ChecksEurope.FrenchVat,
        ["nl-bsn"] = ChecksEurope.DutchBsn,
        ["be-number"] = ChecksEurope.BelgianNumber,
        ["ch-ahv"] = ChecksEurope.SwissAhv,
        ["at-svnr"] = ChecksEurope.AustrianSvnr,
        ["ie-pps"] = ChecksEurope.IrishPps,
        ["pt-nif"] = ChecksEurope.PortugueseNif,
        ["fi-hetu"] = ChecksNorthAndEast.FinnishHetu,
        ["se-personal"] = ChecksNorthAndEast.SwedishPersonal,
        ["se-org"] = ChecksNorthAndEast.SwedishOrganization,
        ["no-number"] = ChecksNorthAndEast.NorwegianNumber,
        ["dk-cpr"] = ChecksNorthAndEast.DanishCpr,
        ["is-kennitala"] = ChecksNorthAndEast.IcelandicKennitala,
        ["pl-pesel"] = ChecksNorthAndEast.PolishPesel,
        ["pl-nip"] = ChecksNorthAndEast.PolishNip,
        ["pl-regon"] = ChecksNorthAndEast.PolishRegon,
        ["cz-birth"] = ChecksNorthAndEast.CzechBirthNumber,
        ["ro-cnp"] = ChecksNorthAndEast.RomanianCnp,
        ["bg-egn"] = ChecksNorthAndEast.BulgarianEgn,
        ["gr-afm"] = ChecksNorthAndEast.GreekAfm,
        ["gr-amka"] = ChecksNorthAndEast.GreekAmka,
        ["jmbg"] = ChecksNorthAndEast.Jmbg,
        ["baltic"] = ChecksNorthAndEast.BalticCode,
        ["lv-code"] = ChecksNorthAndEast.LatvianCode,
        ["hu-tax"] = ChecksNorthAndEast.HungarianTaxId,
        ["tr-id"] = ChecksNorthAndEast.TurkishId,
        ["ru-inn"] = ChecksNorthAndEast.RussianInn,
        ["ru-snils"] = ChecksNorthAndEast.RussianSnils,
        ["ua-tax"] = ChecksNorthAndEast.UkrainianTaxId,
        ["verhoeff"] = ChecksAsiaPacific.Verhoeff,
        ["in-aadhaar"] = ChecksAsiaPacific.Aadhaar,
        ["in-gstin"] = ChecksAsiaPacific.IndianGstin,
        ["in-pan"] = ChecksAsiaPacific.IndianPan,
        ["cn-id"] = ChecksAsiaPacific.ChineseId,
        ["hk-id"] = ChecksAsiaPacific.HongKongId,
        ["tw-id"] = ChecksAsiaPacific.TaiwaneseId,
        ["jp-mynumber"] = ChecksAsiaPacific.JapaneseMyNumber,
        ["kr-resident"] = ChecksAsiaPacific.KoreanResident,
        ["kr-business"] = ChecksAsiaPacific.KoreanBusiness,
        ["kr-licence"] = ChecksAsiaPacific.KoreanLicence,
        ["sg-nric"] = ChecksAsiaPacific.SingaporeNric,
        ["sg-uen"] = ChecksAsiaPacific.SingaporeUen,
        ["my-id"] = ChecksAsiaPacific.MalaysianId,
        ["th-id"] = ChecksAsiaPacific.ThaiId,
        ["id-nik"] = ChecksAsiaPacific.IndonesianNik,
        ["au-tfn"] = ChecksAsiaPacific.AustralianTfn,
        ["au-abn"] = ChecksAsiaPacific.AustralianAbn,
        ["au-acn"] = ChecksAsiaPacific.AustralianAcn,
        ["au-medicare"] = ChecksAsiaPacific.AustralianMedicare,
        ["nz-ird"] = ChecksAsiaPacific.NewZealandIrd,
        ["za-id"] = ChecksAsiaPacific.SouthAfricanId,
        ["il-id"] = ChecksAsiaPacific.IsraeliId,
        ["us-ssn"] = ChecksAmericas.Ssn,
        ["us-itin"] = ChecksAmericas.Itin,
        ["us-aba"] = ChecksAmericas.AbaRouting,
        ["us-npi"] = ChecksAmericas.Npi,
        ["us-dea"] = ChecksAmericas.Dea,
        ["ca-sin"] = ChecksAmericas.CanadianSin,
        ["br-cpf"] = ChecksAmericas.BrazilianCpf,
        ["br-cnpj"] = ChecksAmericas.BrazilianCnpj,
        ["ar-cuit"] = ChecksAmericas.ArgentineCuit,
        ["cl-rut"] = ChecksAmericas.ChileanRut,
        ["mx-curp"] = ChecksAmericas.MexicanCurp,
        ["mx-rfc"] = ChecksAmericas.MexicanRfc,
        ["mx-clabe"] = ChecksAmericas.MexicanClabe,
        ["vin"] = ChecksAmericas.Vin,
        ["imei"] = ChecksAmericas.Imei,
        ["mac"] = ChecksAmericas.MacAddress,
        ["tr-plate"] = ChecksAmericas.TurkishPlate,
        ["not-same"] = ChecksAmericas.NotAllSame,
        ["bech32"] = Encoded.IsBech32,
        ["base58check"] = Encoded.IsBase58Check,
        ["mixed"] = IsMixed,
        ["random"] = value => Plausibility.IsRandom(value),
        ["mostly-digits"] = IsMostlyDigits,
        ["es-id-seven"] = ChecksEurope.SpanishIdOfSeven,
    };

    /// <summary>Not a word: some digit or mark stands in it.</summary>
    public static bool IsMixed(ReadOnlySpan<byte> value)
    {
        foreach (var b in value)
            if (!ByteClass.IsLetter(b) && !ByteClass.IsHigh(b) && b is not ((byte)'_' or (byte)'-' or (byte)'.' or (byte)',' or (byte)':' or (byte)'?' or (byte)'!' or (byte)')')) return true;
        return false;
    }

    private static bool IsMostlyDigits(ReadOnlySpan<byte> value)
    {
        var digits = 0;
        foreach (var b in value)
            if (ByteClass.IsDigit(b)) digits++;
        return digits * 2 >= value.Length;
    }

    public static ValueCheck ByName(string name) =>
        ByNameTable.TryGetValue(name, out var check) ? check : throw new FormatException($"There is no check named '{name}'.");
}
