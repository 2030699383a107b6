namespace Approvals.Policy;

/// <summary>What a rule asks of everyone who reviews under it, on top of what the plan's stages ask. The stricter of both holds.</summary>
/// <param name="MinimumJustification">In characters, after trimming.</param>
/// <param name="TicketPattern">A justification must hold a match of this regular expression (linear-time dialect), e.g. <c>CHG-[0-9]+</c>.</param>
public sealed record Obligations(Assurance MinimumAssurance, int MinimumJustification, string? TicketPattern)
{
    public static Obligations None { get; } = new(Assurance.Link, 0, null);

    /// <summary>What satisfies both. Of two ticket patterns the first holds: one text need not match two forms of ticket.</summary>
    internal Obligations Stricter(Obligations other) => other == None ? this : new(
        MinimumAssurance > other.MinimumAssurance ? MinimumAssurance : other.MinimumAssurance,
        Math.Max(MinimumJustification, other.MinimumJustification),
        TicketPattern ?? other.TicketPattern);

    internal ReviewPlan ApplyTo(ReviewPlan plan) => new([.. plan.Stages.Select(ApplyTo)]);

    private ReviewStage ApplyTo(ReviewStage stage)
    {
        var both = new Obligations(stage.MinimumAssurance, stage.MinimumJustification, stage.TicketPattern).Stricter(this);
        return stage with
        {
            MinimumAssurance = both.MinimumAssurance,
            MinimumJustification = both.MinimumJustification,
            TicketPattern = both.TicketPattern,
        };
    }
}
