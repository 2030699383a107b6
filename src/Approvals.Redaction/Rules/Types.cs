namespace Approvals.Redaction.Rules;

/// <summary>The stable type words. What each one means stands in docs/redaction.md.</summary>
internal static class Types
{
    public const string Secret = "SECRET";
    public const string PrivateKey = "PRIVATE_KEY";
    public const string Jwt = "JWT";
    public const string Email = "EMAIL";
    public const string Phone = "PHONE";
    public const string CreditCard = "CREDIT_CARD";
    public const string Iban = "IBAN";
    public const string IpAddress = "IP_ADDRESS";
    public const string MacAddress = "MAC_ADDRESS";
    public const string Url = "URL";
    public const string Host = "HOST";
    public const string Person = "PERSON";
    public const string Organization = "ORGANIZATION";
    public const string Location = "LOCATION";
    public const string Address = "ADDRESS";
    public const string Date = "DATE";
    public const string Age = "AGE";
    public const string JobTitle = "JOB_TITLE";
    public const string Nationality = "NATIONALITY";
}
