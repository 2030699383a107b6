namespace Approvals.Ledger.Verification;

/// <summary>Collects failures, the first hundred of them: a broken log must not fill the memory of who looks at it.</summary>
internal sealed class Findings
{
    private const int Most = 100;
    private readonly List<VerificationFailure> _failures = [];

    public IReadOnlyList<VerificationFailure> Failures => _failures;

    /// <summary>Notes the failure, if it is one; says whether all is well.</summary>
    public bool Note(VerificationFailure? failure)
    {
        if (failure is not null && _failures.Count < Most) _failures.Add(failure);
        return failure is null;
    }

    public bool Note(string code, string message) => Note(new VerificationFailure(code, message));

    /// <summary>Runs a parser; its error becomes a failure.</summary>
    public bool Try(Action parse, string? where = null)
    {
        try
        {
            parse();
            return true;
        }
        catch (LedgerFormatException e)
        {
            return Note(e.Code, where is null ? e.Message : $"{where}: {e.Message}");
        }
    }
}
