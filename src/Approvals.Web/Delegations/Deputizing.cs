using System.Globalization;
using System.Text.Json;
using Approvals.Policy;
using Approvals.Web.Actions;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Delegations;

/// <summary>Making and ending delegations, the same over the API and from the page.</summary>
internal static class Deputizing
{
    private const int MaxGroups = 20;
    private const int MaxGroupName = 200;

    /// <summary>Checks the request and stores it. People delegate for themselves; an admin for anybody, who may be ill.</summary>
    public static async Task<Delegation> CreateAsync(Exchange exchange, JsonElement json)
    {
        var fields = new JsonFields(json, "", "from", "to", "groups", "begins", "until");
        IDirectory directory = exchange.Service<IDirectory>();
        Principal caller = exchange.Caller.Principal;
        PrincipalId fromId = fields.Optional("from") is { } other ? PrincipalReference.Read(other, "/from") : caller.Id;
        if (fromId != caller.Id && !exchange.Caller.Has(Role.Admin))
            throw new ProblemException(ProblemTypes.Forbidden, "Delegate for yourself; an admin may do it for somebody else.") { Pointer = "/from" };
        PrincipalId toId = PrincipalReference.Read(fields.Required("to"), "/to");

        // INVARIANT: nobody gets somebody else's vote by their own hand, an admin neither.
        if (fromId != caller.Id && toId == caller.Id)
            throw new ProblemException(ProblemTypes.Forbidden, "Have another admin do it, or who is away: nobody makes themselves somebody else's deputy.") { Pointer = "/to" };
        Principal from = await PersonAsync(directory, fromId, "/from", exchange.Aborted);
        Principal to = await PersonAsync(directory, toId, "/to", exchange.Aborted);

        // Without names: everything. A group that the person is not in could not be lent anyhow; naming it is a mistake.
        IReadOnlyList<string> groups = fields.Strings("groups", MaxGroups, MaxGroupName);
        if (groups.Count == 0) throw fields.Invalid("groups", $"Name the groups to stand in for, of: {string.Join(", ", from.Groups)}.");
        if (groups.FirstOrDefault(group => !from.Groups.Contains(group)) is not null)
            throw fields.Invalid("groups", $"Name only groups of the person who is away: {string.Join(", ", from.Groups)}.");

        DateTimeOffset now = exchange.Now;
        DateTimeOffset begins = Time(fields, "begins") ?? now;
        DateTimeOffset until = Time(fields, "until") ?? throw new ProblemException(ProblemTypes.MissingField, "Say until when, e.g. \"2026-08-31T18:00:00Z\".") { Pointer = "/until" };
        if (until <= now) throw fields.Invalid("until", "Choose a time that is still to come.");
        var delegation = new Delegation(
            Guid.CreateVersion7(now).ToString("D"), Ref(from), Ref(to), begins < now ? now : begins, until, [.. groups.Distinct()]);
        DelegationLimits? limits = exchange.Service<Func<PolicyInForce>>()().Exceptions.Delegation;
        string? refusal = await exchange.Service<IDelegationStore>().AddAsync(
            delegation, all => Policy.Delegations.Refusal(delegation, limits, [.. all.Where(one => one.Until > now)]), exchange.Aborted);
        return refusal is null ? delegation : throw new ProblemException(ProblemTypes.DelegationRefused, Remedy(refusal, limits));
    }

    /// <summary>Ends one: whoever is away, whoever stands in, or an admin may.</summary>
    public static async Task EndAsync(Exchange exchange, string id)
    {
        IDelegationStore store = exchange.Service<IDelegationStore>();
        Delegation? known = (await store.ListAsync(exchange.Aborted)).FirstOrDefault(one => one.Id == id);
        if (known is null || !MaySee(exchange, known) || !await store.EndAsync(id, exchange.Now, exchange.Aborted)) throw Exchange.NotFound();
    }

    /// <summary>What concerns the caller; all of it for admins and auditors. Newest first.</summary>
    public static async Task<IReadOnlyList<Delegation>> ListAsync(Exchange exchange) =>
        [.. (await exchange.Service<IDelegationStore>().ListAsync(exchange.Aborted)).Where(one => MaySee(exchange, one) || exchange.Caller.SeesAll).Reverse()];

    /// <summary>What the people of these delegations are called.</summary>
    public static async Task<IReadOnlyDictionary<PersonRef, string>> NamesAsync(Exchange exchange, IReadOnlyList<Delegation> delegations)
    {
        IDirectory directory = exchange.Service<IDirectory>();
        var names = new Dictionary<PersonRef, string>();
        foreach (PersonRef person in delegations.SelectMany(one => (PersonRef[])[one.From, one.To]).Distinct())
        {
            if (await directory.FindAsync(new PrincipalId(person.Issuer, person.Subject), exchange.Aborted) is { } known) names[person] = known.DisplayName;
        }

        return names;
    }

    private static bool MaySee(Exchange exchange, Delegation delegation)
    {
        PersonRef caller = Ref(exchange.Caller.Principal);
        return delegation.From == caller || delegation.To == caller || exchange.Caller.Has(Role.Admin);
    }

    private static async Task<Principal> PersonAsync(IDirectory directory, PrincipalId id, string pointer, CancellationToken cancellationToken) =>
        await directory.FindAsync(id, cancellationToken) is { Kind: PrincipalKind.Human } person
            ? person
            : throw new ProblemException(ProblemTypes.UnknownPrincipal, "Name a person that the directory knows.") { Pointer = pointer };

    private static DateTimeOffset? Time(JsonFields fields, string name)
    {
        if (fields.OptionalString(name, 40) is not { } text) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.ToUniversalTime()
            : throw fields.Invalid(name, "Write a time as 2026-08-31T18:00:00Z.");
    }

    private static string Remedy(string refusal, DelegationLimits? limits) => refusal switch
    {
        "delegation_off" => "The policy in force has no delegation; its owner may add `delegation: {longest: 21d}`.",
        "delegation_to_self" => "Name somebody else.",
        "delegation_too_long" => $"The policy allows at most {limits?.Longest.TotalDays:0.#} days at a time.",
        "delegation_chain" => "Somebody who is away cannot stand in, and who stands in cannot hand it on: choose another person or time.",
        "delegation_overlaps" => "Somebody stands in for these groups in that time already: end that delegation first.",
        _ => "End delegations that are no longer needed.",
    } + $" [{refusal}]";

    private static PersonRef Ref(Principal person) => new(person.Issuer, person.Subject);
}
