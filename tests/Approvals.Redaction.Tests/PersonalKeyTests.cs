using System.Text;

namespace Approvals.Redaction.Tests;

/// <summary>Names, addresses and dates of birth that a key announces, in every kind of document.</summary>
public sealed class PersonalKeyTests
{
    [Theory]
    [InlineData("""{"name":"Priya Raghunathan"}""", "Raghunathan")]
    [InlineData("""{"customer_name":"Xiaoling Qwent"}""", "Qwent")]
    [InlineData("""{"full_name":"Bob Marley Jr."}""", "Marley")]
    [InlineData("""{"patient":{"name":"O'Neil, Shaun"}}""", "Shaun")]
    [InlineData("""{"cardholder":"MARIA GARCIA LOPEZ"}""", "GARCIA")]
    [InlineData("""{"contact":"Li Wei"}""", "Li Wei")]
    [InlineData("""{"nachname":"Schmidt"}""", "Schmidt")]
    [InlineData("""{"date_of_birth":"14 Feb 1990"}""", "1990")]
    [InlineData("""{"customer":{"address":"12 Oak Street, Springfield","zip":"62704"}}""", "62704")]
    [InlineData("""{"age":34}""", "34")]
    public void Personal_value_of_a_key_is_masked_in_json(string json, string value) =>
        Assert.DoesNotContain(value, Encoding.UTF8.GetString(Redactor.Default.RedactJson(Encoding.UTF8.GetBytes(json)).Json), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"service":{"name":"Payment Gateway","owner":"Platform Team"}}""")]
    [InlineData("""{"metadata":{"name":"nginx-deployment"},"address":"10.0.0.1x"}""")]
    [InlineData("""{"page":{"first":"abc","last":"xyz"},"name_count":12}""")]
    public void Names_of_things_stay_in_json(string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(Redactor.Default.RedactJson(Encoding.UTF8.GetBytes(json)).Json));

    [Theory]
    [InlineData("customer:\n  first_name: Xiaoling\n  plan: basic\n", "Xiaoling")]
    [InlineData("Surname: Raghunathan\nCity: Springfield\n", "Raghunathan")]
    [InlineData("First name: Xiaoling\n", "Xiaoling")]
    [InlineData("level=info full_name=\"Xiaoling Qwent\" status=200", "Qwent")]
    [InlineData("Date of birth: 14/02/1990", "1990")]
    public void Personal_value_of_a_key_is_masked_in_text(string text, string value) =>
        Assert.DoesNotContain(value, Redactor.Default.RedactText(text).Text, StringComparison.Ordinal);
}
