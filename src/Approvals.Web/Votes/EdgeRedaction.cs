using Approvals.Redaction;

namespace Approvals.Web.Votes;

/// <summary>
/// Masks what people write into a running action (justifications, reasons) before it goes anywhere. Plain masks (<c>[EMAIL]</c>) and no
/// pseudonyms: a number here would not mean the same value as in the action's view.
/// </summary>
internal static class EdgeRedaction
{
    private static readonly Lazy<Redactor> Masks = new(() => new Redactor(new RedactionOptions { DefaultOperator = MaskOperator.Mask }));

    public static string Redact(string text) => text.Length == 0 ? text : Masks.Value.RedactText(text).Text;
}
