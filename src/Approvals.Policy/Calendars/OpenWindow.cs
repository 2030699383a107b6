namespace Approvals.Policy;

/// <summary>A span of working time, as instants: from, and until without the last.</summary>
public sealed record OpenWindow(DateTimeOffset From, DateTimeOffset Until);
