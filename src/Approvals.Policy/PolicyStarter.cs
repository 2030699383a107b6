using System.Text;

namespace Approvals.Policy;

/// <summary>The files that a new policy begins with, as they stand in this repository.</summary>
public static class PolicyStarter
{
    /// <summary>The default policy, its schema comment naming the file beside it.</summary>
    public static string Policy => PolicySet.DefaultYaml
        .Replace("$schema=../../docs/policy.schema.json", "$schema=policy.schema.json", StringComparison.Ordinal)
        .Replace("# The policy that the samples run under. A start, not an end: copy it, or run `approvals policy init`.\n", "# A start, not an end: change it to what your gate is for, and its tests with it.\n", StringComparison.Ordinal);

    public static string Tests => Read("default.tests.yaml")
        .Replace("$schema=../../docs/policy-tests.schema.json", "$schema=policy-tests.schema.json", StringComparison.Ordinal)
        .Replace("samples/policies/default.yaml", "policy.yaml", StringComparison.Ordinal);

    /// <summary>The JSON Schema of the policy format, for editors.</summary>
    public static string Schema => Read("policy.schema.json");

    /// <summary>The JSON Schema of test files, for editors.</summary>
    public static string TestsSchema => Read("policy-tests.schema.json");

    internal static string Read(string name)
    {
        using var stream = typeof(PolicyStarter).Assembly.GetManifestResourceStream($"Approvals.Policy.{name}")
            ?? throw new InvalidOperationException($"{name} is not in the assembly; rebuild it.");
        using var reader = new StreamReader(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return reader.ReadToEnd();
    }
}
