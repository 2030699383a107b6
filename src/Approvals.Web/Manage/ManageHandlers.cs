using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Policy;
using Approvals.Web.Health;
using Approvals.Web.Notifications;
using Approvals.Web.Pages;
using Approvals.Web.Principals;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Manage;

/// <summary>Keys and the gate's health, for admins.</summary>
public static class ManageHandlers
{
    private const string Purpose = "manage";
    private const int MaxList = 50;

    /// <summary><c>GET /manage</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, exchange => ShowAsync(exchange, null, NewKeyForm.Empty, null));

    /// <summary><c>POST /manage/principals</c>: makes a key and shows it, this once.</summary>
    public static Task<IResult> CreateAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        IFormCollection form = await CheckAsync(exchange);
        try
        {
            (string key, _) = await NewKeys.CreateAsync(exchange, ToJson(form));
            return await ShowAsync(exchange, key, NewKeyForm.Empty, null);
        }
        catch (ProblemException refused)
        {
            return await ShowAsync(exchange, null, NewKeyForm.Of(form), refused);
        }
    });

    /// <summary><c>POST /manage/revocations</c>: ends a key for good.</summary>
    public static Task<IResult> RevokeAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        IFormCollection form = await CheckAsync(exchange);
        string keyId = form["keyId"].ToString();
        if (!await exchange.Service<ICredentialStore>().RevokeAsync(keyId, exchange.Now, exchange.Aborted)) throw Exchange.NotFound();
        return Page.SeeOther("/manage");
    });

    /// <summary><c>POST /manage/replays</c>: tries at once what an outbox could not deliver.</summary>
    public static Task<IResult> ReplayAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        IFormCollection form = await CheckAsync(exchange);
        await NotificationHandlers.ReplayAsync(exchange, form["outboxId"].ToString());
        return Page.SeeOther("/manage");
    });

    private static async Task<IFormCollection> CheckAsync(Exchange exchange)
    {
        RequireAdmin(exchange);
        IFormCollection form = await RequestBody.ReadFormAsync(exchange.Request, exchange.Aborted);
        exchange.Service<FormGuard>().Check(exchange.Http, form, PurposeOf(exchange));
        return form;
    }

    private static async Task<IResult> ShowAsync(Exchange exchange, string? newKey, NewKeyForm typed, ProblemException? error)
    {
        RequireAdmin(exchange);
        var forms = exchange.Service<FormGuard>();
        return await PageRenderer.RenderAsync<ManagePage>(
            exchange.Http,
            new ManagePageModel(
                await exchange.Service<ICredentialStore>().ListAsync(exchange.Aborted),
                await HealthHandlers.CheckAsync(exchange),
                await NotificationHandlers.ListAsync(exchange, MaxList, null),
                exchange.Service<Func<PolicySet>>()(),
                newKey,
                typed,
                error?.Message,
                forms.Issue(exchange.Http, PurposeOf(exchange), ""),
                exchange.Now,
                SignedIn.Of(exchange.Http, exchange.Caller, forms)),
            error?.Type.Status ?? StatusCodes.Status200OK);
    }

    private static void RequireAdmin(Exchange exchange)
    {
        if (!exchange.Caller.Has(Role.Admin)) throw new ProblemException(ProblemTypes.Forbidden, "This page is for admins.");
    }

    private static string PurposeOf(Exchange exchange) => $"{Purpose}:{exchange.Caller.CredentialId}";

    /// <summary>The form in the shape of the API's request, so that both have the same rules.</summary>
    private static JsonElement ToJson(IFormCollection form)
    {
        var json = new JsonObject
        {
            ["kind"] = form["kind"].ToString(),
            ["subject"] = form["subject"].ToString().Trim(),
            ["groups"] = List(form["groups"].ToString().Split(',', MaxList, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
            ["roles"] = List([.. form["roles"].OfType<string>()]),
            ["owners"] = List(form["owners"].ToString().Split(',', MaxList, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
        };
        if (form["displayName"].ToString().Trim() is { Length: > 0 } displayName) json["displayName"] = displayName;
        return JsonSerializer.SerializeToElement(json);

        static JsonArray List(string[] values) => new([.. values.Select(value => JsonValue.Create(value))]);
    }
}

/// <summary>What the admin page shows.</summary>
/// <param name="NewKey">A key that was just made; shown this once.</param>
public sealed record ManagePageModel(
    IReadOnlyList<Credential> Credentials,
    IReadOnlyList<CheckDocument> Checks,
    UndeliveredList Undelivered,
    PolicySet Policy,
    string? NewKey,
    NewKeyForm Typed,
    string? Error,
    string Guard,
    DateTimeOffset Now,
    SignedIn Person);

/// <summary>What was typed, for the page that says what is wrong with it.</summary>
public sealed record NewKeyForm(string Kind, string Subject, string DisplayName, IReadOnlyList<string> Roles, string Groups, string Owners)
{
    private const int MaxText = 4_000;

    internal static NewKeyForm Empty { get; } = new("service", "", "", ["requester"], "", "");

    internal static NewKeyForm Of(IFormCollection form) =>
        new(Text(form, "kind"), Text(form, "subject"), Text(form, "displayName"), [.. form["roles"].OfType<string>()], Text(form, "groups"), Text(form, "owners"));

    private static string Text(IFormCollection form, string name) => form[name].ToString() is { Length: <= MaxText } text ? text : "";
}
