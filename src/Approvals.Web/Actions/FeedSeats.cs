using Approvals.Web.Callers;
using Approvals.Web.Problems;

namespace Approvals.Web.Actions;

/// <summary>How many streams may be open at once, in this process: each costs a connection and a waiter on the action index.</summary>
internal sealed class FeedSeats
{
    public const int PerCaller = 8;
    public const int InAll = 500;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> taken = [];
    private int all;

    /// <summary>A seat, given back when it is disposed of.</summary>
    /// <exception cref="ProblemException">503 <c>busy</c>.</exception>
    public IDisposable Take(Caller caller)
    {
        string who = caller.Principal.Id.ToString();
        lock (gate)
        {
            int own = taken.GetValueOrDefault(who);
            if (own >= PerCaller || all >= InAll)
                throw new ProblemException(ProblemTypes.Busy, "Too many live pages are open; close some, or reload instead.") { RetryAfter = TimeSpan.FromSeconds(30) };
            taken[who] = own + 1;
            all++;
        }

        return new Seat(this, who);
    }

    private void Leave(string who)
    {
        lock (gate)
        {
            all--;
            if (--taken[who] == 0) taken.Remove(who);
        }
    }

    private sealed class Seat(FeedSeats seats, string who) : IDisposable
    {
        private int isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isLeft, 1) == 0) seats.Leave(who);
        }
    }
}
