using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Approvals.Web.Problems;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Pages;

/// <summary>
/// Makes sure that a form comes from the page this gate showed, in the same browser, and that it still says what the page said. A
/// random value stands in a SameSite=Strict cookie; the form carries a field that only this gate can make, which names that cookie, the
/// purpose (which form of what) and what the page showed. Stateless: works on every instance with the same key ring.
/// </summary>
internal sealed class FormGuard(IDataProtectionProvider protection, ApprovalsWebOptions options, TimeProvider time)
{
    public const string FieldName = "form";
    private const string CookieName = "approvals-form";
    private const int CookieLength = 64;
    private const int MaxField = 4_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly IDataProtector protector = protection.CreateProtector("Approvals.Web.Form.v1");

    /// <summary>The field's value for a form of this purpose; sets the cookie when the browser has none.</summary>
    /// <param name="shown">What the form is about, handed back by <see cref="Check"/>; not secret, but not to be changed.</param>
    public string Issue(HttpContext context, string purpose, string shown)
    {
        string cookie = ReadCookie(context.Request) ?? FreshCookie(context);
        string expires = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return protector.Protect(string.Join('\n', Hash(cookie), Hash(purpose), expires, shown));
    }

    /// <summary>What the page showed, when the form is one of ours for this purpose.</summary>
    /// <exception cref="ProblemException">403 <c>cross_site</c>.</exception>
    public string Check(HttpContext context, IFormCollection form, string purpose)
    {
        RequireSameOrigin(context.Request);
        return Read(context, form[FieldName].ToString(), purpose) ?? throw Refused();
    }

    /// <summary>What <see cref="Issue"/> sealed into a field for this browser and purpose; <see langword="null"/> when it is not one.</summary>
    public string? Read(HttpContext context, string field, string purpose)
    {
        if (ReadCookie(context.Request) is not { } cookie || field.Length is 0 or > MaxField) return null;
        try
        {
            string[] parts = protector.Unprotect(field).Split('\n', 4);
            bool isOurs = parts.Length == 4
                && Same(parts[0], Hash(cookie))
                && Same(parts[1], Hash(purpose))
                && long.Parse(parts[2], CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeSeconds();
            return isOurs ? parts[3] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>
    /// Fetch Metadata where the browser sends it (all do, to https and to localhost). Otherwise the Origin header; our pages send
    /// no referrer, for which browsers write "Origin: null", so that alone is not enough.
    /// </summary>
    private void RequireSameOrigin(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        bool isSame = site.Length > 0 ? site == "same-origin" : IsOwnOrigin(request, request.Headers.Origin.ToString());
        if (!isSame) throw Refused();
    }

    private bool IsOwnOrigin(HttpRequest request, string origin) =>
        origin.Length > 0
        && (string.Equals(origin, options.PublicUrl.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)
            || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase));

    private static string? ReadCookie(HttpRequest request) =>
        request.Cookies[CookieName] is { Length: CookieLength } value && value.All(char.IsAsciiHexDigitLower) ? value : null;

    /// <summary>One for all forms of a page.</summary>
    private string FreshCookie(HttpContext context)
    {
        if (context.Items.TryGetValue(typeof(FormGuard), out object? known)) return (string)known!;
        string value = RandomNumberGenerator.GetHexString(CookieLength, lowercase: true);
        context.Items[typeof(FormGuard)] = value;
        context.Response.Cookies.Append(CookieName, value, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = options.IsSecure,
            Path = "/",
        });
        return value;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static bool Same(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private static ProblemException Refused() =>
        new(ProblemTypes.CrossSite, "Open the page again, allow its cookie, and send its form from there.");
}
