using System.Text.Json.Serialization;

namespace Approvals.Workflow.Principals;

public enum PrincipalKind
{
    Human,
    Service,
    Agent,
}

/// <summary>Who somebody is, for good: names and groups change, these two do not. Two principals are the same exactly when these are equal.</summary>
/// <param name="Issuer">Who vouches for the subject: an OpenID issuer, or <see cref="Principal.LocalIssuer"/>.</param>
/// <param name="Subject">Immutable within the issuer.</param>
public readonly record struct PrincipalId(string Issuer, string Subject)
{
    public override string ToString() => $"{Issuer}|{Subject}";
}

/// <summary>Somebody who acts. One person has one principal, however they came in: every identity is resolved to it at the edge.</summary>
public sealed record Principal(PrincipalKind Kind, string Issuer, string Subject, string DisplayName, IReadOnlyList<string> Groups)
{
    /// <summary>The issuer of principals that this gate itself keeps: people of the configuration file, holders of API keys.</summary>
    public const string LocalIssuer = "approvals";

    /// <summary>What people who are away lend this person, already in <see cref="Groups"/>; <see langword="null"/> when nobody does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LentGroups>? Lent { get; init; }

    /// <summary>The groups that this person is in themselves.</summary>
    [JsonIgnore]
    public IEnumerable<string> OwnGroups => Lent is null ? Groups : Groups.Except(Lent.SelectMany(lent => lent.Groups));

    [JsonIgnore]
    public PrincipalId Id => new(Issuer, Subject);
}

/// <summary>Groups that somebody who is away lends to who stands in for them, none of them the other's own.</summary>
/// <param name="From">Who is away. Has nothing lent themselves: there are no chains.</param>
public sealed record LentGroups(Principal From, IReadOnlyList<string> Groups);

/// <summary>Who asks: actor → on behalf of → owner.</summary>
/// <param name="Actor">The authenticated caller.</param>
/// <param name="OnBehalfOf">For whom the actor says it works; <see langword="null"/> when for itself.</param>
/// <param name="Owners">Who answers for the actor, or for whom it acts for: the people behind a service or agent.</param>
public sealed record PrincipalChain(Principal Actor, Principal? OnBehalfOf, IReadOnlyList<Principal> Owners)
{
    // INVARIANT: nobody in here ever counts as an approver (promise 3).
    public bool Contains(PrincipalId id) =>
        Actor.Id == id || OnBehalfOf?.Id == id || Owners.Any(owner => owner.Id == id);
}
