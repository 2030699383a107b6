namespace Approvals.Redaction.Tests;

/// <summary>Credentials that only their surroundings give away, and the code and labels that look like them.</summary>
public sealed class CredentialContextTests
{
    [Theory]
    [InlineData("new NetworkCredential(\"backup\", \"vzihlaquk7\")", "vzihlaquk7")]
    [InlineData("DriverManager.getConnection(url, \"app\", \"Rrhh1234\")", "Rrhh1234")]
    [InlineData("define('DB_PASSWORD', 'q7#kd!2m');", "q7#kd!2m")]
    [InlineData("client.setPassword(\"s3same-open\")", "s3same-open")]
    [InlineData("<add key=\"MailPassword\" value=\"Prestig1tar$\"/>", "Prestig1tar$")]
    [InlineData("- name: DB_PASSWORD\n  value: hunter2!x", "hunter2!x")]
    [InlineData("<key>Password</key>\n<string>hunter2!x</string>", "hunter2!x")]
    [InlineData("variable \"db_password\" {\n  default = \"hunter2!x\"\n}", "hunter2!x")]
    [InlineData("the password is 'blueberry'", "blueberry")]
    [InlineData("the password for user 'reporting' is 'admin'", "admin")]
    [InlineData("enable secret 5 $1$abcd$e8f7g6h5i4", "$1$abcd$e8f7g6h5i4")]
    [InlineData("snmp-server community pr1vate RW", "pr1vate")]
    [InlineData("ALTER USER app IDENTIFIED BY 'k3tchup9'", "k3tchup9")]
    [InlineData("requirepass 9f2b7c1d", "9f2b7c1d")]
    [InlineData("password: ${DB_PASSWORD:-hunter2}", "hunter2")]
    [InlineData("password = <Xy7kP2qRt9>", "Xy7kP2qRt9")]
    [InlineData("abyssale = 'rWE8I0axy6Fvw40RE8tsNS3L7zBU5vAhEnW4hq9G'", "rWE8I0axy6Fvw40RE8tsNS3L7zBU5vAhEnW4hq9G")]
    [InlineData("mypassword=hunter2!x", "hunter2!x")]
    public void Credential_in_context_is_masked(string text, string secret) =>
        Assert.DoesNotContain(secret, Redactor.Default.RedactText(text).Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("sb.append(\"AdminPassword: \" + getAdminPassword() + \",\");")]
    [InlineData("password = request.form['password']")]
    [InlineData("PASSWORD=$($(dirname $0)/get-setting DB_PASSWORD)")]
    [InlineData("this.addPassword = \"#add-password\";")]
    [InlineData("get '/passwords/:id/edit' => \"cms/sites/passwords#edit\"")]
    [InlineData("\"passwordHint\": \"Enter your password again\"")]
    [InlineData("password: string;")]
    [InlineData("login(user=user, password=password)")]
    [InlineData("\"password\": \"&lt;YOURPASSWORD&gt;\"")]
    [InlineData("password: {{ vault_db_password }}")]
    [InlineData("token: firstKeySecretHash")]
    [InlineData("algolia commit = 3b160d86eca484b36ff754fab7337368547af704")]
    [InlineData("authorization = authorization.split(':')")]
    [InlineData("raise ValueError(message)\nclass NNTPError(Exception):")]
    public void Code_labels_and_references_stay(string text) => Assert.Equal(text, Redactor.Default.RedactText(text).Text);
}
