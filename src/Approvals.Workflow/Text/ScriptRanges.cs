namespace Approvals.Workflow.Text;

/// <summary>
/// Scripts whose letters are taken for one another, by code point (Unicode Scripts.txt, abridged to the blocks that matter here).
/// A letter of no script here is common to all.
/// </summary>
internal static class ScriptRanges
{
    private static readonly (int First, int Last, string Script)[] Ranges =
    [
        (0x0041, 0x005A, "Latin"), (0x0061, 0x007A, "Latin"), (0x00C0, 0x024F, "Latin"), (0x0250, 0x02AF, "Latin"),
        (0x0370, 0x03FF, "Greek"), (0x0400, 0x052F, "Cyrillic"), (0x0530, 0x058F, "Armenian"), (0x0590, 0x05FF, "Hebrew"),
        (0x0600, 0x06FF, "Arabic"), (0x0750, 0x077F, "Arabic"), (0x10A0, 0x10FF, "Georgian"), (0x13A0, 0x13FF, "Cherokee"),
        (0x1C80, 0x1C8F, "Cyrillic"), (0x1D00, 0x1DBF, "Latin"), (0x1E00, 0x1EFF, "Latin"), (0x1F00, 0x1FFF, "Greek"),
        (0x2C60, 0x2C7F, "Latin"), (0x2C80, 0x2CFF, "Coptic"), (0x2DE0, 0x2DFF, "Cyrillic"), (0xA4D0, 0xA4FF, "Lisu"),
        (0xA640, 0xA69F, "Cyrillic"), (0xA720, 0xA7FF, "Latin"), (0xAB30, 0xAB6F, "Latin"), (0xAB70, 0xABBF, "Cherokee"),
        (0xFF21, 0xFF3A, "full-width Latin"), (0xFF41, 0xFF5A, "full-width Latin"), (0x1D400, 0x1D7FF, "mathematical"),
    ];

    /// <summary>The script's name, or <see langword="null"/>.</summary>
    public static string? Of(int codePoint)
    {
        foreach ((int first, int last, string script) in Ranges)
        {
            if (codePoint < first) return null;
            if (codePoint <= last) return script;
        }

        return null;
    }
}
