namespace Approvals.Workflow.Policies;

/// <summary>A policy stands in the ledger that this instance has not loaded yet. Passes by itself: try again.</summary>
public sealed class PolicyNotLoadedException(string digest) : Exception($"The policy {digest} is in force, and this instance still has another.");
