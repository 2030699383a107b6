namespace Approvals.Embedded.Configuration;

/// <summary>The commented <c>approvals.yaml</c> that a first start writes. It names <c>policy.yaml</c> beside it.</summary>
public static class ConfigurationTemplate
{
    public static string Text { get; } = Read();

    private static string Read()
    {
        using Stream stream = typeof(ConfigurationTemplate).Assembly.GetManifestResourceStream("Approvals.Embedded.approvals.yaml")
            ?? throw new InvalidOperationException("The configuration template is not in the assembly; rebuild it.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
