namespace Approvals.Redaction.Rules;

/// <summary>Rules whose matching is written out in code. Their numbers are their places in <see cref="Rules"/>.</summary>
internal static class BuiltIn
{
    public const int Email = 0;
    public const int Phone = 1;
    public const int IpV4 = 2;
    public const int IpV6 = 3;
    public const int PrivateKey = 4;
    public const int UrlCredentials = 5;
    public const int Password = 6;
    public const int NamedSecret = 7;
    public const int AuthorizationHeader = 8;
    public const int CommandLineUser = 9;
    public const int Url = 10;
    public const int CreditCard = 11;
    public const int Person = 12;
    public const int Location = 13;
    public const int Organization = 14;
    public const int Address = 15;
    public const int Date = 16;
    public const int Age = 17;
    public const int JobTitle = 18;
    public const int Nationality = 19;
    public const int Host = 20;
    public const int RepeatedValue = 21;
    public const int NamedPersonalData = 22;
    public const int Iban = 23;
    public const int AzureClientSecret = 24;
    public const int VendorSecret = 25;

    public static readonly Rule[] Rules =
    [
        Rule("email", Types.Email, 0.95f),
        Rule("phone", Types.Phone, 0.7f, words: Identifiers.Phones.Words),
        Rule("ipv4", Types.IpAddress, 0.85f),
        Rule("ipv6", Types.IpAddress, 0.85f),
        Rule("private-key-pem", Types.PrivateKey, 0.99f),
        Rule("url-credentials", Types.Secret, 0.9f),
        Rule("password-assignment", Types.Secret, 0.8f, -5),
        Rule("named-secret", Types.Secret, 0.7f, -10),
        Rule("authorization-header", Types.Secret, 0.85f, -4),
        Rule("command-line-user", Types.Secret, 0.85f, -4),
        Rule("url", Types.Url, 0.6f),
        Rule("credit-card", Types.CreditCard, 0.9f, words: Identifiers.Numbers.CardWords),
        Rule("person-name", Types.Person, 0.6f),
        Rule("place-name", Types.Location, 0.6f),
        Rule("organization-name", Types.Organization, 0.6f),
        Rule("street-address", Types.Address, 0.6f),
        Rule("date-in-sentence", Types.Date, 0.5f),
        Rule("age-in-sentence", Types.Age, 0.6f),
        Rule("job-title", Types.JobTitle, 0.5f),
        Rule("nationality", Types.Nationality, 0.5f),
        Rule("internal-host", Types.Host, 0.6f),
        Rule("repeated-value", Types.Secret, 0.8f, -20),
        Rule("named-personal-data", Types.Person, 0.7f),
        Rule("iban", Types.Iban, 0.95f),
        Rule("azure-ad-client-secret", Types.Secret, 0.95f),
        Rule("vendor-secret", Types.Secret, 0.6f, -8),
    ];

    private static Rule Rule(string id, string type, float confidence, int rank = 0, string[]? words = null) =>
        new() { Words = words ?? [], Id = id, Type = type, Confidence = confidence, Rank = RuleTable.RankOf(type) + rank };
}
