using System.Text.Json;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Actions;

/// <summary>How requests name a principal: <c>{"issuer","subject"}</c>, or the subject alone when this gate is its issuer.</summary>
internal static class PrincipalReference
{
    private const int MaxPart = 300;

    public static PrincipalId Read(JsonElement json, string pointer)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            string subject = json.GetString()!;
            return subject.Length is > 0 and <= MaxPart
                ? new PrincipalId(Principal.LocalIssuer, subject)
                : throw new ProblemException(ProblemTypes.InvalidValue, $"Name the subject with 1 to {MaxPart} characters.") { Pointer = pointer };
        }

        if (json.ValueKind != JsonValueKind.Object) throw JsonFields.Wrong(pointer, "a subject, or an object with issuer and subject");
        var fields = new JsonFields(json, pointer, "issuer", "subject");
        return new PrincipalId(fields.RequiredString("issuer", MaxPart), fields.RequiredString("subject", MaxPart));
    }

    /// <summary>From a query parameter: <c>issuer|subject</c>, or the subject of a local principal.</summary>
    public static PrincipalId Parse(string text)
    {
        int bar = text.IndexOf('|'); // an issuer has none, a subject may (auth0|…)
        return bar < 0 ? new PrincipalId(Principal.LocalIssuer, text) : new PrincipalId(text[..bar], text[(bar + 1)..]);
    }
}
