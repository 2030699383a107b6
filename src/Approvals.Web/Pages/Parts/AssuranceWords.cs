using Approvals.Policy;

namespace Approvals.Web.Pages.Parts;

/// <summary>How sure the gate was of a voter, in words.</summary>
internal static class AssuranceWords
{
    public static string Of(Assurance assurance) => assurance switch
    {
        Assurance.Link => "By personal link or key",
        Assurance.Chat => "In chat",
        Assurance.Idp => "Signed in with an identity provider",
        _ => "Signed in with an identity provider and a second factor",
    };
}
