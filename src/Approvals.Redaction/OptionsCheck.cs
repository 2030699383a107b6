namespace Approvals.Redaction;

/// <summary>Options are checked when they are loaded, not when they first matter.</summary>
internal static class OptionsCheck
{
    public static RedactionOptions Checked(RedactionOptions options)
    {
        if (options.MinimumConfidence is < 0 or > 1) throw Invalid("MinimumConfidence must lie between 0 and 1.");
        foreach (var (type, confidence) in options.MinimumConfidences)
            if (confidence is < 0 or > 1) throw Invalid($"The minimum confidence of {type} must lie between 0 and 1.");
        if (options.MaximumBytes is < 1 or > 1 << 30) throw Invalid("MaximumBytes must lie between 1 and 1 GiB.");
        var hashes = options.DefaultOperator == MaskOperator.Hash || options.Operators.Values.Contains(MaskOperator.Hash);
        if (hashes && options.HashKey.Length < 16) throw Invalid("The hash operator needs a HashKey of at least 16 random bytes.");
        return options;
    }

    /// <summary>A misspelled type would quietly be masked some other way than somebody meant.</summary>
    public static void Names(RedactionOptions options, string[] types)
    {
        foreach (var type in options.Operators.Keys.Concat(options.MinimumConfidences.Keys))
            if (!types.Contains(type, StringComparer.Ordinal)) throw Invalid($"There is no type '{type}'. Types: {string.Join(", ", types)}.");
    }

    public static RedactionException Invalid(string message) => new("invalid_options", message);
}
