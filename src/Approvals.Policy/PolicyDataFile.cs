using System.Text;
using Approvals.Policy.Yaml;

namespace Approvals.Policy;

/// <summary>A file of lists, tables, calendars and freezes that a policy takes in under <c>data:</c>.</summary>
/// <param name="Name">Relative to the policy file, as it stands there.</param>
public sealed record PolicyDataFile(string Name, string Text)
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads data files that stand beside a policy file; <see langword="null"/> for one that cannot be read.</summary>
    /// <param name="policyPath">The policy file.</param>
    public static Func<string, string?> Beside(string policyPath) => name =>
    {
        try
        {
            var file = new FileInfo(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(policyPath))!, name));
            return file.Length <= YamlReader.MaximumBytes ? s_utf8.GetString(File.ReadAllBytes(file.FullName)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return null;
        }
    };
}
