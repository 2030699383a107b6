using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Policy;
using Approvals.Web.Pages;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Policies;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Delegations;

/// <summary>Who is away and who decides for them.</summary>
public static class DelegationHandlers
{
    private const int MaxGroups = 20;

    /// <summary><c>POST /api/delegations</c></summary>
    public static Task<IResult> CreateAsync(HttpContext context) => Api.CallerAsync(context, [], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        Delegation delegation = await Deputizing.CreateAsync(exchange, await RequestBody.ReadJsonAsync(exchange.Request, exchange.Aborted));
        return new JsonAnswer<Delegation>(delegation, StatusCodes.Status201Created) { Location = "/api/delegations/" + delegation.Id };
    });

    /// <summary><c>GET /api/delegations</c></summary>
    public static Task<IResult> ListAsync(HttpContext context) => Api.CallerAsync(context, [], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        return Answer.Ok(new DelegationList(await Deputizing.ListAsync(exchange)));
    });

    /// <summary><c>DELETE /api/delegations/{id}</c></summary>
    public static Task<IResult> EndAsync(HttpContext context) => Api.CallerAsync(context, [], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        await Deputizing.EndAsync(exchange, exchange.RouteValue("id", 40));
        return Results.NoContent();
    });

    /// <summary><c>GET /delegations</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, exchange => RenderAsync(exchange, DelegationForm.Empty, null));

    /// <summary><c>POST /delegations</c></summary>
    public static Task<IResult> CreateFromPageAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        IFormCollection form = await CheckAsync(exchange);
        try
        {
            await Deputizing.CreateAsync(exchange, ToJson(form));
            return Page.SeeOther("/delegations");
        }
        catch (ProblemException refused)
        {
            return await RenderAsync(exchange, DelegationForm.Of(form), refused);
        }
    });

    /// <summary><c>POST /delegations/end</c></summary>
    public static Task<IResult> EndFromPageAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        IFormCollection form = await CheckAsync(exchange);
        await Deputizing.EndAsync(exchange, form["id"].ToString());
        return Page.SeeOther("/delegations");
    });

    private static async Task<IFormCollection> CheckAsync(Exchange exchange)
    {
        IFormCollection form = await RequestBody.ReadFormAsync(exchange.Request, exchange.Aborted);
        exchange.Service<FormGuard>().Check(exchange.Http, form, PurposeOf(exchange));
        return form;
    }

    private static async Task<IResult> RenderAsync(Exchange exchange, DelegationForm typed, ProblemException? error)
    {
        var forms = exchange.Service<FormGuard>();
        IReadOnlyList<Delegation> delegations = await Deputizing.ListAsync(exchange);
        return await PageRenderer.RenderAsync<DelegationsPage>(
            exchange.Http,
            new DelegationsPageModel(
                delegations,
                await Deputizing.NamesAsync(exchange, delegations),
                exchange.Caller.Principal.OwnGroups.ToArray(),
                exchange.Service<Func<PolicyInForce>>()().Exceptions.Delegation,
                typed,
                error?.Message,
                forms.Issue(exchange.Http, PurposeOf(exchange), ""),
                exchange.Now,
                SignedIn.Of(exchange.Http, exchange.Caller, forms)),
            error?.Type.Status ?? StatusCodes.Status200OK);
    }

    private static string PurposeOf(Exchange exchange) => $"delegations:{exchange.Caller.CredentialId}";

    /// <summary>The form in the shape of the API's request, so that both have the same rules.</summary>
    private static JsonElement ToJson(IFormCollection form)
    {
        var json = new JsonObject
        {
            ["to"] = form["to"].ToString().Trim(),
            ["groups"] = new JsonArray([.. form["groups"].OfType<string>().Take(MaxGroups).Select(group => JsonValue.Create(group))]),
            ["until"] = form["until"].ToString().Trim(),
        };
        if (form["begins"].ToString().Trim() is { Length: > 0 } begins) json["begins"] = begins;
        return JsonSerializer.SerializeToElement(json);
    }

    private sealed record DelegationList(IReadOnlyList<Delegation> Delegations);
}

/// <summary>What the page shows.</summary>
/// <param name="OwnGroups">What the person can lend.</param>
/// <param name="Limits">Of the policy in force; <see langword="null"/> when it has no delegation.</param>
public sealed record DelegationsPageModel(
    IReadOnlyList<Delegation> Delegations,
    IReadOnlyDictionary<PersonRef, string> Names,
    IReadOnlyList<string> OwnGroups,
    DelegationLimits? Limits,
    DelegationForm Typed,
    string? Error,
    string Guard,
    DateTimeOffset Now,
    SignedIn Person)
{
    /// <summary>The person's name and subject; the subject alone for who has left the directory.</summary>
    public string NameOf(PersonRef person) => Names.TryGetValue(person, out string? name) && name != person.Subject ? $"{name} ({person.Subject})" : person.Subject;
}

/// <summary>What was typed, for the page that says what is wrong with it.</summary>
public sealed record DelegationForm(string To, IReadOnlyList<string> Groups, string Begins, string Until)
{
    private const int MaxText = 300;

    internal static DelegationForm Empty { get; } = new("", [], "", "");

    internal static DelegationForm Of(IFormCollection form) =>
        new(Text(form, "to"), [.. form["groups"].OfType<string>()], Text(form, "begins"), Text(form, "until"));

    private static string Text(IFormCollection form, string name) => form[name].ToString() is { Length: <= MaxText } text ? text : "";
}
