using Approvals.Policy;

namespace Approvals.Workflow.Exceptions;

/// <summary>One use of a standing approval, as the ledger holds it. Wire format.</summary>
/// <param name="Id">Of the action that granted it.</param>
/// <param name="Number">1 for the first use.</param>
/// <param name="Of">How many there may be.</param>
/// <param name="GrantedBy">Whose votes it stands on.</param>
public sealed record StandingUse(string Id, int Number, int Of, IReadOnlyList<PersonRef> GrantedBy, long LedgerIndex);
