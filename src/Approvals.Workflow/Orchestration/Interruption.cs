using Approvals.Durable;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Orchestration;

/// <summary>What may end an action at any point before its decision: a cancellation, or the action's own deadline.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly IOrchestrationContext context;
    private readonly CancellationTokenSource done = new();
    private readonly Task<Cancellation> canceled;
    private readonly Task expired;

    public Interruption(IOrchestrationContext context, DateTimeOffset deadline)
    {
        this.context = context;
        canceled = context.WaitForEventAsync<Cancellation>(ApprovalOrchestration.CancelEvent, done.Token);
        expired = context.CreateTimerAsync(deadline, done.Token);
    }

    /// <summary>Canceled once the decision is there: withdraws what still waits.</summary>
    public CancellationToken Token => done.Token;

    /// <summary>The step's result, unless the action ends first.</summary>
    /// <exception cref="InterruptedException">With the decision that ended it.</exception>
    public async Task<T> Guard<T>(Task<T> step)
    {
        await GuardCore(step);
        return await step;
    }

    public async Task Guard(Task step)
    {
        await GuardCore(step);
        await step;
    }

    public void Dispose()
    {
        done.Cancel();
        done.Dispose();
    }

    private async Task GuardCore(Task step)
    {
        await Task.WhenAny(step, canceled, expired);
        if (canceled.IsCompletedSuccessfully)
        {
            Cancellation by = await canceled;
            throw new InterruptedException(new Decision(Outcome.Canceled, DecidedBy.Requester, by.Reason ?? "Canceled.", context.Now));
        }

        if (expired.IsCompletedSuccessfully)
            throw new InterruptedException(new Decision(Outcome.Expired, DecidedBy.Timeout, "The action's deadline passed before a decision.", context.Now));
    }
}

internal sealed class InterruptedException(Decision decision) : Exception("The action ended before a decision.")
{
    public Decision Decision { get; } = decision;
}
