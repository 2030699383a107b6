using Approvals.Durable;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Orchestration;

/// <summary>
/// What may come in while people are asked: a vote, another policy, or the time at which something is due. What nobody waits for any more stays
/// buffered for the review that may follow.
/// </summary>
internal sealed class ReviewInbox : IDisposable
{
    private readonly IOrchestrationContext context;
    private readonly Interruption interruption;
    private readonly CancellationTokenSource ended = new();
    private readonly CancellationToken withdrawn;
    private Task<Vote> vote;
    private Task<PolicyChanged>? policy;

    public ReviewInbox(IOrchestrationContext context, Interruption interruption)
    {
        (this.context, this.interruption) = (context, interruption);

        // Version 1 knew votes only, and withdrew its wait with the action's decision.
        withdrawn = context.Version == 1 ? interruption.Token : ended.Token;
        vote = context.WaitForEventAsync<Vote>(ApprovalOrchestration.VoteEvent, withdrawn);
        if (context.Version > 1) policy = context.WaitForEventAsync<PolicyChanged>(ApprovalOrchestration.PolicyEvent, withdrawn);
    }

    /// <summary>The next vote or policy; neither when <paramref name="moment"/> has come first.</summary>
    public async Task<(Vote? Vote, PolicyChanged? Policy)> NextAsync(DateTimeOffset moment)
    {
        using var decided = new CancellationTokenSource();
        try
        {
            Task timer = context.CreateTimerAsync(moment, decided.Token);
            await interruption.Guard(policy is null ? Task.WhenAny(vote, timer) : Task.WhenAny(policy, vote, timer));
        }
        finally
        {
            decided.Cancel(); // a timer nobody waits for must not keep the instance alive
        }

        // A change of policy first: a vote that came with it is judged by what is in force.
        if (policy is { IsCompleted: true })
        {
            PolicyChanged changed = await policy;
            policy = context.WaitForEventAsync<PolicyChanged>(ApprovalOrchestration.PolicyEvent, withdrawn);
            return (null, changed);
        }

        if (!vote.IsCompleted) return (null, null);
        Vote cast = await vote;
        vote = context.WaitForEventAsync<Vote>(ApprovalOrchestration.VoteEvent, withdrawn);
        return (cast, null);
    }

    public void Dispose()
    {
        ended.Cancel();
        ended.Dispose();
    }
}
