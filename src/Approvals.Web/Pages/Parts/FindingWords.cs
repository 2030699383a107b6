using System.Globalization;
using Approvals.Redaction;

namespace Approvals.Web.Pages.Parts;

/// <summary>Findings in words that a reviewer knows.</summary>
internal static class FindingWords
{
    /// <summary>E.g. <c>E-mail address</c>; an unknown type in its own words.</summary>
    public static string TypeName(string type) => type switch
    {
        "SECRET" => "Secret or credential",
        "PRIVATE_KEY" => "Private key",
        "JWT" => "Token (JWT)",
        "EMAIL" => "E-mail address",
        "PHONE" => "Phone number",
        "CREDIT_CARD" => "Payment card",
        "IBAN" => "Bank account (IBAN)",
        "IP_ADDRESS" => "IP address",
        "MAC_ADDRESS" => "Hardware address",
        "URL" => "Web address",
        "HOST" => "Host name",
        "PERSON" => "Name of a person",
        "ORGANIZATION" => "Name of an organization",
        "LOCATION" => "Place",
        "ADDRESS" => "Postal address",
        "DATE" => "Date",
        "AGE" => "Age",
        "JOB_TITLE" => "Job title",
        "NATIONALITY" => "Nationality",
        _ => type.Length == 0 ? "Other" : type[..1] + type[1..].Replace('_', ' ').ToLowerInvariant(),
    };

    public static string OperatorName(string op) => op switch
    {
        "pseudonym" => "replaced by a label; the same value has the same label in this request",
        "mask" => "masked",
        "remove" => "removed",
        "last4" => "masked but for its last four characters",
        "hash" => "replaced by a keyed hash",
        "keep" => "reported, but shown",
        _ => op,
    };

    public static string Describe(Finding finding) =>
        $"{TypeName(finding.Type)}, {OperatorName(finding.Operator)} (rule {finding.Rule}, {Percent(finding.Confidence)} sure)";

    public static string Percent(double confidence) =>
        Math.Clamp(Math.Round(confidence * 100), 0, 100).ToString(CultureInfo.InvariantCulture) + " %";
}
