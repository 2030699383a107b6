using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Approvals.Bench.Gate;

/// <summary>Whoever puts load on a gate, on a thread and connections of its own.</summary>
internal abstract class LoadClient(RunningGate gate) : IDisposable
{
    private static int s_numbers = 100_000_000;

    private Wire? _wire;
    private int _refused;

    protected Wire Wire => _wire ??= new Wire(gate.Url);

    protected GateKeys Keys => gate.Keys;

    /// <summary>Answers that were 429 or 503: the gate said that it is full.</summary>
    public virtual int Refused => _refused;

    /// <summary>Does one action's worth of work; returns how long it took, or <see langword="null"/> when the gate was full.</summary>
    public abstract TimeSpan? Step();

    public virtual void Dispose() => _wire?.Dispose();

    /// <summary>Submits with a number of its own in the body; the id, or <see langword="null"/> when the gate is full.</summary>
    protected string? Submit(byte[] request, int numberAt)
    {
        Interlocked.Increment(ref s_numbers).TryFormat(request.AsSpan(numberAt), out _, provider: CultureInfo.InvariantCulture);
        return Expect(Wire.Send(request), 202) ? Requests.IdIn(Wire.Body) : null;
    }

    /// <summary>The request for a body whose number is to be overwritten, and where that stands.</summary>
    protected static (byte[] Request, int NumberAt) Template(string key, Func<int, string> body)
    {
        byte[] request = Requests.Post("/api/actions", key, body(100_000_000));
        return (request, request.AsSpan().IndexOf("100000000"u8));
    }

    /// <summary>True when it is the status that was expected, false when the gate is full.</summary>
    /// <exception cref="InvalidOperationException">Any other status: a figure taken over errors would be worth nothing.</exception>
    protected bool Expect(int status, int expected)
    {
        if (status == expected) return true;
        if (status is not (429 or 503)) throw new InvalidOperationException($"The gate answered {status}: {Encoding.UTF8.GetString(Wire.Body)}");
        _refused++;
        return false;
    }
}

/// <summary>Submits an action that policy allows, waits for the decision, and fetches the release token.</summary>
internal sealed class AllowedClient : LoadClient
{
    private readonly byte[] _request;
    private readonly int _numberAt;

    public AllowedClient(RunningGate gate) : base(gate) =>
        (_request, _numberAt) = Template(Keys.Requester, number => ActionBodies.Delivery(number));

    public override TimeSpan? Step()
    {
        long begin = Stopwatch.GetTimestamp();
        if (Submit(_request, _numberAt) is not { } id) return null;
        if (!Expect(Wire.Send(Requests.Get($"/api/actions/{id}?wait=30", Keys.Requester)), 200)) return null;
        if (!Expect(Wire.Send(Requests.Get($"/api/actions/{id}/release", Keys.Requester)), 200)) return null;
        return Stopwatch.GetElapsedTime(begin);
    }
}

/// <summary>Submits an action that people review; with each, a reviewer looks at one submitted a little earlier and approves it, and its release token is fetched.</summary>
internal sealed class ReviewedClient : LoadClient
{
    /// <summary>How many actions of this client wait for their reviewer.</summary>
    private readonly int _behind;

    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(1);
    private static readonly ManualResetEventSlim s_never = new(false);

    private readonly Queue<string> _waiting = new();
    private readonly byte[] _request;
    private readonly int _numberAt;

    public ReviewedClient(RunningGate gate, int behind) : base(gate)
    {
        (_request, _numberAt) = Template(Keys.Requester, number => ActionBodies.Export(number));
        _behind = behind;
    }

    /// <summary>From sending the vote until the release token is there.</summary>
    public override TimeSpan? Step()
    {
        while (_waiting.Count < _behind)
        {
            if (Submit(_request, _numberAt) is not { } id) return null;
            _waiting.Enqueue(id);
        }

        string action = _waiting.Dequeue();
        byte[] vote = VoteFor(action);
        long begin = Stopwatch.GetTimestamp();
        if (!Expect(Wire.Send(vote), 200)) return null;
        if (!Expect(Wire.Send(Requests.Get($"/api/actions/{action}/release", Keys.Requester)), 200)) return null;
        return Stopwatch.GetElapsedTime(begin);
    }

    /// <summary>As a reviewer does: looks at the action, and votes on the view that was shown.</summary>
    private byte[] VoteFor(string action)
    {
        byte[] look = Requests.Get($"/api/actions/{action}", Keys.Reviewer);
        while (true)
        {
            // The reviewer may come before the action is shown to reviewers at all (404), or open for votes: looks again.
            if (Wire.Send(look) == 200 && Wire.Body.IndexOf("\"status\":\"in_review\""u8) >= 0) break;
            s_never.Wait(s_again);
        }

        string digest = Encoding.ASCII.GetString(Requests.Field(Wire.Body, "\"view\":{\"digest\":\""u8)[..71]);
        return Requests.Post($"/api/actions/{action}/votes", Keys.Reviewer, $$"""{"verdict":"approve","justification":"Contract DPA-2231 covers it.","viewDigest":"{{digest}}"}""");
    }
}

/// <summary>Submits actions that wait for their reviewers.</summary>
internal sealed class SubmittingClient : LoadClient
{
    private readonly Func<Func<double>>? _nextExpiry;
    private readonly byte[] _request;
    private readonly int _numberAt;
    private Func<double>? _expiresIn;

    /// <param name="nextExpiry">For each action that is taken, how many seconds are left until its deadline; the gate's default when absent.</param>
    public SubmittingClient(RunningGate gate, Func<Func<double>>? nextExpiry = null) : base(gate)
    {
        _nextExpiry = nextExpiry;
        (_request, _numberAt) = Template(Keys.Requester, number => ActionBodies.Export(number));
    }

    public override TimeSpan? Step()
    {
        long begin = Stopwatch.GetTimestamp();
        _expiresIn ??= _nextExpiry?.Invoke();
        (byte[] request, int numberAt) = _expiresIn is null
            ? (_request, _numberAt)
            : Template(Keys.Requester, number => ActionBodies.Export(number, Math.Round(_expiresIn(), 3)));
        if (Submit(request, numberAt) is null) return null;
        _expiresIn = null;
        return Stopwatch.GetElapsedTime(begin);
    }
}

/// <summary>Submits actions that policy allows and waits for nothing: more than a gate can finish.</summary>
internal sealed class FloodingClient : LoadClient
{
    private readonly byte[] _request;
    private readonly int _numberAt;

    public FloodingClient(RunningGate gate) : base(gate) =>
        (_request, _numberAt) = Template(Keys.Requester, number => ActionBodies.Delivery(number));

    public override TimeSpan? Step()
    {
        long begin = Stopwatch.GetTimestamp();
        return Submit(_request, _numberAt) is null ? null : Stopwatch.GetElapsedTime(begin);
    }
}
