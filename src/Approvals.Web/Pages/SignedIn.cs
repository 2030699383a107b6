using Approvals.Web.Callers;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Pages;

/// <summary>Who looks at a page, for its header.</summary>
public sealed record SignedIn(string Name, bool ShowsLedger, bool ShowsManage, string SignOutField)
{
    internal const string SignOutPurpose = "sign-out";

    internal static SignedIn Of(HttpContext context, Caller caller, FormGuard forms) => new(
        caller.Principal.DisplayName, caller.SeesAll, caller.Has(Role.Admin), forms.Issue(context, SignOutPurpose, caller.CredentialId));
}
