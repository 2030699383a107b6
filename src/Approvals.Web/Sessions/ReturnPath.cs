namespace Approvals.Web.Sessions;

/// <summary>Where to go after signing in.</summary>
internal static class ReturnPath
{
    /// <summary>Only a path of this site: anything else would make the sign-in page a way to send people elsewhere.</summary>
    public static string Of(string path) =>
        path.Length is > 1 and < 500 && path[0] == '/' && path[1] is not ('/' or '\\') && path.All(character => character is > ' ' and < '\u007f') ? path : "/inbox";
}
