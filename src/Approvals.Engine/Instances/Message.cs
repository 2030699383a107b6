using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>What reaches an instance from outside its code, in the order it came.</summary>
internal abstract class Message
{
    /// <summary>Nothing of it happened, or nobody can say: whoever asked is told. Messages of the engine's own come again after a reload.</summary>
    public virtual void Fail(Exception error)
    {
    }

    /// <summary>Gives the sender its result.</summary>
    public virtual void Answer()
    {
    }

    /// <summary>Only loads the instance, so that it takes up its pending work.</summary>
    public sealed class Wake : Message;

    /// <summary>Code awaited something foreign and it came back from another thread.</summary>
    public sealed class Foreign : Message;

    public sealed class TimerDue(long dueAt, int step) : Message
    {
        public long DueAt => dueAt;

        public int Step => step;
    }

    /// <summary>The engine stops and the attempt had no outcome: it runs again after the restart.</summary>
    public sealed class AttemptAbandoned(int step) : Message
    {
        public int Step => step;
    }

    /// <param name="errorCode"><see langword="null"/> when the attempt succeeded.</param>
    public sealed class AttemptEnded(int step, int attempt, byte[]? result, string? errorCode, bool permanent) : Message
    {
        public int Step => step;

        public int Attempt => attempt;

        public byte[]? Result => result;

        public string? ErrorCode => errorCode;

        public bool Permanent => permanent;
    }
}

/// <summary>A message whose sender awaits an answer, which is given only when what it rests on is durable.</summary>
internal abstract class Message<T> : Message
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _answer.Task;

    /// <summary>What to answer once it is durable.</summary>
    public T Result { get; set; } = default!;

    public override void Answer() => _answer.TrySetResult(Result);

    public override void Fail(Exception error) => _answer.TrySetException(error);
}

internal sealed class StartMessage(OrchestrationDefinition definition, byte[] input, Action<SqliteWriter>? alongside) : Message<bool>
{
    /// <summary>Written in the transaction that starts the instance.</summary>
    public Action<SqliteWriter>? Alongside => alongside;

    public OrchestrationDefinition Definition => definition;

    public byte[] Input => input;
}

internal sealed class RaiseMessage(string name, string id, byte[] payload) : Message<RaiseResult>
{
    public string Name => name;

    public string Id => id;

    public byte[] Payload => payload;
}

internal enum Control
{
    Suspend,
    Resume,
    Terminate,
}

internal sealed class ControlMessage(Control control, string reason) : Message<bool>
{
    public Control Control => control;

    public string Reason => reason;
}
